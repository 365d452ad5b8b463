/** The sender is told what is wrong with the request; `status` is the HTTP answer (400–499). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
