import type { paths, webhooks } from './generated'

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never

/** One alert as the list, the actions and the socket bring it. */
export type AlertRow = Json<paths['/api/alerts']['get']['responses'][200]>[number]
/** A row with its changes, samples and ticket: what the pane shows. */
export type AlertDetail = Json<paths['/api/alerts/{alert_id}']['get']['responses'][200]>
export type Ticket = Json<paths['/api/alerts/{alert_id}/ticket']['get']['responses'][200]>
export type Session = Json<paths['/api/session']['get']['responses'][200]>
export type Status = Json<paths['/api/status']['get']['responses'][200]>
export type AlertQuery = NonNullable<paths['/api/alerts']['get']['parameters']['query']>

/** A frame of the socket, told apart by its `type`. */
export type StreamFrame = NonNullable<webhooks['stream']['post']['requestBody']>['content']['application/json']
export type EventsFrame = Extract<StreamFrame, { type: 'events' }>
export type StreamEvent = EventsFrame['events'][number]
export type StreamEventType = StreamEvent['type']

export type Severity = AlertRow['severity']
export type AlertStatus = AlertRow['status']
export type TicketState = Ticket['state']
export type Change = AlertDetail['changes'][number]
export type Sample = AlertDetail['samples'][number]
