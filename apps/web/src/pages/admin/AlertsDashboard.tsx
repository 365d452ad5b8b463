import { NO_FILTER, showsAllOpen } from '../../alerts/filters'
import type { Session, Status } from '../../api/types'
import { AlertGrid } from '../../components/AlertGrid'
import { Announcer } from '../../components/Announcer'
import { Banner } from '../../components/Banner'
import { Boundary } from '../../components/Boundary'
import { AlertDetail } from '../../components/detail/AlertDetail'
import { Empty } from '../../components/Empty'
import { Failure } from '../../components/Failure'
import { Header } from '../../components/Header'
import { KeysDialog } from '../../components/KeysDialog'
import { ListFooter } from '../../components/ListFooter'
import { NewAlerts } from '../../components/NewAlerts'
import { Skeleton } from '../../components/Skeleton'
import { ToastList } from '../../components/ToastList'
import { Toolbar } from '../../components/Toolbar'
import { useKeys } from '../../hooks/useKeys'
import { useSignOut } from '../../hooks/useSession'
import { useSettings } from '../../hooks/useSettings'
import { useStatus } from '../../hooks/useStatus'
import { useSweep } from '../../hooks/useSweep'
import { useTitle } from '../../hooks/useTitle'
import { useWebSocket } from '../../hooks/useWebSocket'
import { texts } from '../../texts'
import { useDashboard } from './useDashboard'

/** The alerts: the list with its filters, and the open one beside it. */
export function AlertsDashboard({ session }: { session: Session }) {
  const page = useDashboard(session)
  const { alerts, connection, open, filter, setFilter } = page
  const status = useStatus()
  const [{ letters }] = useSettings()
  const { state, retryNow } = useWebSocket()
  const signOut = useSignOut()
  useKeys(page.keys, letters)
  useSweep()
  useTitle(status?.counts.NEW ?? 0, page.paused)

  const tryNow = () => {
    retryNow()
    alerts.reload()
  }
  const banner = <Banner connection={connection} onTryNow={tryNow} />
  return (
    <div className="flex h-full flex-col">
      <a
        href="#alerts"
        className="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:m-2 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        {texts.skip}
      </a>
      <Header
        connection={connection}
        paused={page.paused}
        newBuild={state.build !== null && state.build !== session.build}
        signOut={session.required ? signOut : null}
        onPause={page.togglePause}
        onKeys={() => page.setKeysShown(true)}
      />
      <main className="@container/main flex min-h-0 grow flex-col gap-2 px-2 pb-2 sm:px-4 sm:pb-4">
        <div className={`flex flex-wrap items-center gap-x-4 pt-2 ${open === null ? '' : '@max-3xl/main:hidden'}`}>
          <h1 className="font-bold text-xl">
            {texts.list.title}{' '}
            <span className="font-normal text-base text-muted" title={texts.list.totalSaid(alerts.total)}>
              {alerts.key !== null && texts.list.count(alerts.total)}
            </span>
          </h1>
          <NewAlerts held={alerts.held.length} hold={page.hold} onShow={page.showNew} />
          <Toolbar filter={filter} onFilter={setFilter} />
        </div>
        {/* Over the list and not above it, which would move what is being read; with the list covered, above the detail. */}
        {open !== null && <div className="@6xl/main:hidden">{banner}</div>}
        <div className="relative flex min-h-0 grow gap-3">
          <div className={`relative min-w-0 grow ${open === null ? '' : '@max-6xl/main:invisible'}`}>
            <List page={page} status={status} session={session} />
            <div className="absolute inset-x-0 bottom-0 z-20">{banner}</div>
          </div>
          {open !== null && (
            <div className="@max-6xl/main:absolute @max-6xl/main:inset-0 @6xl/main:w-[clamp(26rem,36%,40rem)] @6xl/main:shrink-0">
              <Boundary key={open}>
                <AlertDetail
                  id={open}
                  jira={session.jira.configured}
                  previous={page.previous}
                  next={page.next}
                  onClose={page.close}
                />
              </Boundary>
            </div>
          )}
        </div>
      </main>
      <ToastList />
      <Announcer />
      {page.keysShown && <KeysDialog letters={letters} onClose={() => page.setKeysShown(false)} />}
    </div>
  )
}

interface ListProps {
  page: ReturnType<typeof useDashboard>
  status: Status | undefined
  session: Session
}

function List({ page, status, session }: ListProps) {
  const { alerts, filter, setFilter } = page
  const failure = alerts.error && (
    <Failure
      what={alerts.key === null ? texts.list.failed : texts.list.stale}
      error={alerts.error}
      onAgain={alerts.reload}
    />
  )
  if (alerts.key === null) return failure ?? <Skeleton />
  if (alerts.ids.length === 0 && !alerts.loading) {
    return (
      <Empty
        filtered={!showsAllOpen(filter)}
        status={status}
        locked={session.required}
        onClear={() => setFilter(NO_FILTER)}
      />
    )
  }
  return (
    <div className="flex h-full flex-col gap-2">
      {failure}
      <div className="min-h-0 grow">
        <AlertGrid
          ids={alerts.ids}
          leaving={alerts.leaving}
          total={alerts.total}
          current={page.current}
          open={page.open}
          jira={session.jira.configured}
          busy={alerts.loading}
          actions={page.rowActions}
          linkTo={page.linkTo}
          onScroller={page.setScroller}
          onNearEnd={alerts.loadMore}
          footer={<ListFooter hasMore={alerts.hasMore} loading={alerts.loadingMore} onMore={alerts.loadMore} />}
        />
      </div>
    </div>
  )
}
