// Files that desktops, office programs and file services put into folders by themselves, by their names. Such a file may be
// ignored and removed; so none of them holds a person's work.

const patterns = [
  // macOS; an AppleDouble file `._name` holds the attributes of `name`.
  /^\.DS_Store$|^\._|^\.localized$|^\.apdisk$|^\.AppleDouble$|^__MACOSX$|^Icon\r$/i,
  // Windows, and Picasa
  /^(desktop\.ini|ehthumbs(_vista)?\.db|thumbs\.db(:encryptable)?|\.picasa\.ini)$/i,
  // Linux, and network file systems
  /^\.directory$|^\.fuse_hidden|^\.nfs[0-9a-f]{8,}$|^\.smbdelete|^@eaDir$/,
  // Dropbox, Syncthing, ownCloud and Nextcloud
  /^\.dropbox(\.attr)?$|^\.stfolder$|^\.(_?sync_[0-9a-f]+\.db(-\w+)?|(owncloud|nextcloud)sync\.log)$/,
];

/** The file that each lock file names, and the program that has it open. */
const locks: [RegExp, string][] = [
  [/^\.~lock\.(?<file>.+)#$/, 'LibreOffice'],
  [/^~\$(?<file>.+)$/, 'Excel'],
  [/^\.~(?<file>.+)$/, 'WPS Office'],
  [/^\.#(?<file>.+)$/, 'Emacs'],
];

export function isDesktopFile(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name)) || lockOf(name) !== null;
}

/** Reads the name of a lock file: the file that is open, and the program; null for other files. A program that crashed
 *  leaves its lock file. */
export function lockOf(name: string): { file: string; program: string } | null {
  for (const [pattern, program] of locks) {
    const file = pattern.exec(name)?.groups?.file;
    if (file !== undefined) return { file, program };
  }
  return null;
}
