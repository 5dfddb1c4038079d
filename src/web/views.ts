// The template engine: Eta, which finds out only once where an include leads.
import { Eta } from 'eta';

/** `views` is the folder of the templates; each is read and compiled once. */
export function createViews(views: string): Eta {
  const eta = new Eta({ views, cache: true });
  const resolve = eta.resolvePath;
  const known = new Map<string, string>();
  // Eta's own cache writes its key as JSON, which takes longer than a small template.
  eta.resolvePath = function (template, options) {
    const key = `${options?.filepath ?? ''}\n${template}`;
    const path = known.get(key) ?? resolve.call(this, template, options);
    known.set(key, path);
    return path;
  };
  return eta;
}
