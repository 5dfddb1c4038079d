import t from 'tap';
import { cleanLine, levelOf } from '../../src/job-log/log-text.ts';

t.test('a line is shown without terminal escapes, and with visible control characters', async (t) => {
  const shown: [string | Buffer, string][] = [
    ['plain\twith tab', 'plain\twith tab'],
    ['größer ✓ 漢字 😀', 'größer ✓ 漢字 😀'],
    ['\x1b[31mred\x1b[0m \x1b[38;2;1;2;3mrgb\x1b[m', 'red rgb'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['windows\r', 'windows'],
    ['windows twice\r\r', 'windows twice'],
    ['10%\r20%\r30%', '10%␍20%␍30%'],
    ['bell\x07 back\x08 nul\x00 del\x7f', 'bell␇ back␈ nul␀ del␡'],
    ['lonely \x1b', 'lonely ␛'],
    ['a\u202egnp.exe', 'a\ufffdgnp.exe'],
    ['c1 \u009b31mred\u009b0m \u009d0;title\u009cend \u0085', 'c1 red end \ufffd'],
    [Buffer.from([0x61, 0xff, 0xfe, 0x62]), 'a\ufffd\ufffdb'],
    [Buffer.from([0x61, 0xe2, 0x82]), 'a'],
    ['<b>&amp;', '<b>&amp;'],
  ];
  for (const [bytes, text] of shown) t.equal(cleanLine(Buffer.from(bytes)), text, text);
});

t.test('a level is read from the words of common loggers', async (t) => {
  const named: [string, string | null][] = [
    ['2026-11-22 14:00:00 ERROR something', 'error'],
    ['[error] x', 'error'],
    ['error: cannot open', 'error'],
    ['TypeError: x is not a function', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['{"level":"error","msg":"x"}', 'error'],
    ['{"level":50,"msg":"x"}', 'error'],
    ['WARN row 3 skipped', 'warning'],
    ['DeprecationWarning: x', 'warning'],
    ['warning: unused', 'warning'],
    ['14:00 INFO batch 25', 'info'],
    ['DEBUG wal', 'debug'],
    ['0 errors, 3 warnings', null],
    ['imported 12 rows', null],
    [`${'x'.repeat(200)} ERROR`, null],
  ];
  for (const [text, level] of named) t.equal(levelOf(text), level, text);
});
