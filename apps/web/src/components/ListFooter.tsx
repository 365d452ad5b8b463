import { texts } from '../texts'
import { Button } from './Button'

/** The end of the list. Further pages come by themselves; the button is for when they did not. */
export function ListFooter({ hasMore, loading, onMore }: { hasMore: boolean; loading: boolean; onMore: () => void }) {
  return (
    <div className="flex h-11 items-center justify-center text-muted text-xs">
      {hasMore ? (
        <Button size="small" busy={loading} onPress={onMore}>
          {loading ? texts.list.loadingMore : texts.list.more}
        </Button>
      ) : (
        texts.list.end
      )}
    </div>
  )
}
