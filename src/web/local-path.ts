/** `back` if it is an encoded path of this site, else `home`: browsers drop tabs and line ends from an address, and `//` leads
 *  to another site, also where it is left of `/..//`. */
export function localPath(back = '', home: string): string {
  const here = 'http://here';
  const url = new URL(back.startsWith('/') && URL.canParse(back, here) ? back : home, here);
  const isHere = url.origin === here && !url.pathname.startsWith('//');
  return isHere ? url.pathname + url.search : home;
}
