// The choice of events: each group, with those of its events that have rows.
import { eventGroups, titleOfAll } from '../event-words.ts';

/** `present`: the events that have rows. An event of another version is listed under its own name. */
export function viewEvents(present: string[], chosen = '') {
  const option = (name: string, label: string) => ({ name, label, isChosen: name === chosen });
  const groups = eventGroups.flatMap(({ name, title, events }) => {
    const shown = Object.keys(events).filter((event) => present.includes(event) || event === chosen);
    if (shown.length === 0 && name !== chosen) return [];
    const options = shown.map((event) => option(event, titleOfAll(event)));
    return [{ title, options: [option(name, `All of ${title}`), ...options] }];
  });
  const known = new Set(groups.flatMap(({ options }) => options.map(({ name }) => name)));
  const others = [...new Set([...present, ...(chosen ? [chosen] : [])])].filter((event) => !known.has(event));
  if (others.length === 0) return groups;
  return [...groups, { title: 'Other', options: others.map((event) => option(event, event)) }];
}
