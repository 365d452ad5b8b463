export type ConfidenceWord = 'high' | 'medium' | 'low'

/** The word beside the number. `percent`: 0 to 100. */
export const confidenceWord = (percent: number): ConfidenceWord =>
  percent >= 80 ? 'high' : percent >= 50 ? 'medium' : 'low'
