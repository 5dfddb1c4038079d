// A server whose checks run only when a test says so, and where their findings are read.
import type { TestApp } from './app.ts';
import { runHere } from './command-line.ts';
import { card, textOf } from './screen.ts';

/** Everything looks; thresholds open at the second look, and what is over clears at the second. */
export async function lookTwice({ parts }: Pick<TestApp, 'parts'>) {
  await parts.checker.runOnce();
  await parts.checker.runOnce();
}

/** The texts of the places that show findings. */
export async function readPlaces(app: TestApp) {
  const [page, dashboard, health, findings] = [
    await app.page('/checks'),
    await app.page('/operations'),
    await app.json('/health'),
    await app.json('/api/v1/findings'),
  ];
  const doctor = await runHere(app.root, ['doctor']);
  return {
    page: textOf(page.html, '#checks-card'),
    banner: textOf(dashboard.html, card.banners),
    health: health.body as { status: string; components: Record<string, { status: string; detail: string }> },
    findings: JSON.stringify(findings.body.items),
    doctor: doctor.out,
    code: doctor.code,
  };
}
