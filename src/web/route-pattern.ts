// The paths that match a route.

/** The pattern of the paths of a route such as `/jobs/:number/log.txt`; its groups are the parameters, still encoded. */
export function patternOf(route: string): RegExp {
  const literal = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/:(\w+)/g, '(?<$1>[^/]+)').replaceAll('*', '.*')}/?$`);
}
