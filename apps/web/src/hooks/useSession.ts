import { useQuery } from '@tanstack/react-query'
import type { Session } from '../api/types'
import { useConsole } from './useConsole'

/** Whether a key is required and given, which build answers, and whether there is a Jira. */
export function useSession() {
  const { api } = useConsole()
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => api.getSession(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export const needsKey = (session: Session) => session.required && !session.authenticated

/** Ends the session: the stream is closed and the key is asked for again. */
export function useSignOut(): () => void {
  const { api, queries, stream } = useConsole()
  return () => {
    stream.stop()
    void api.signOut().finally(() => queries.invalidateQueries({ queryKey: ['session'] }))
  }
}
