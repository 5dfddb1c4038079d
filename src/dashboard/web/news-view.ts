// The view model of the news, for the home page and the list of changes.
import { formatNumber } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { NewsItem } from '../describe-news.ts';
import type { NewsPage } from '../news.ts';

const icons = { ok: 'check', warn: 'tri', bad: 'cross', hold: 'info' };

/** `since`: the time of the first row behind the cursor; null without one. */
export function viewNews({ items, more, isWhole, through }: NewsPage, since: string | null) {
  return {
    path: url('/ui/operations/news'),
    items: items.map(viewItem),
    more: more > 0 ? `and ${formatNumber(more)} more` : null,
    older: isWhole ? null : 'older rows',
    all: url('/audit', { since }),
    since,
    through,
    seen: url('/ui/operations/news/seen'),
  };
}

const viewItem = ({ id, at, tone, subject, href, text }: NewsItem) => ({
  ...{ id, at, tone, subject, href, text },
  icon: icons[tone],
});
