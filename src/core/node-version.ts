// The versions of Node that run this project; package.json's `engines` says the same. An entry point checks before it loads
// other modules, which need functions that older versions lack.

/** The lowest minor version of each supported major. The last is the newest that was tested. */
export const supportedNodes = { 20: 20, 22: 13, 24: 0 };

/** Ends this process with code 1 and one sentence when this Node is not supported; warns when it is newer than the tested. */
export function checkNode(): void {
  const { error, warning } = judgeNode(process.versions.node);
  const line = error ?? warning;
  if (line) process.stderr.write(`${line}\n`);
  if (error) process.exit(1);
}

/** `version` such as 24.1.0. */
export function judgeNode(version: string): { error?: string; warning?: string } {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const tested = Object.entries(supportedNodes).map(([name, from]) => [Number(name), from] as const);
  const newest = Math.max(...tested.map(([name]) => name));
  if (major > newest) {
    return { warning: `CHL Operations was not tested on Node ${version}, only up to Node ${newest}.` };
  }
  if (tested.some(([name, from]) => major === name && minor >= from)) return {};
  const list = tested.map(([name, from]) => `${name}.${from}`).join(', ');
  return {
    error: `CHL Operations does not run on Node ${version}. Install one of these or newer: Node ${list}.`,
  };
}
