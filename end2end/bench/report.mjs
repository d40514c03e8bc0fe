import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

/** Reads `--seconds N`. */
export function secondsOption(fallback) {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: String(fallback) } } });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1)) {
    throw new Error(`--seconds ${values.seconds}: write a number of seconds, 1 or more`);
  }
  return seconds;
}

/** Ends with a clear message where the bench can't run. */
export function needEnvironment() {
  for (const name of ['WATCHFIRE_BIN', 'CHROMIUM']) {
    if (!process.env[name]) {
      throw new Error(`The environment variable ${name} is not set; run \`cargo xtask bench page\` or \`idle\`.`);
    }
  }
  // The release binary brings its own interface.
  delete process.env.WATCHFIRE_SITE_DIR;
}

/** What a figure means nothing without. */
export function machine(browserVersion) {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    kernel: release(),
    chromium: browserVersion,
    node: process.version,
  };
}

/** A Markdown table; all columns but the first are numbers. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Names the marks that were missed. */
export function marks(checks) {
  const missed = checks.filter(({ value, most }) => value > most);
  const text = ({ name, value, most, unit }) => `- ${name}: ${value} ${unit}, the mark is at most ${most} ${unit}`;
  return missed.length === 0 ? 'All marks are met.' : `Beside the mark:\n\n${missed.map(text).join('\n')}`;
}

export function print(title, facts, tables, checks, figures) {
  const described = `${facts.cores} cores of ${facts.cpu}, ${facts.memoryGiB} GiB, Linux ${facts.kernel}, Chromium ${facts.chromium}`;
  console.log([`## ${title}`, described, ...tables, marks(checks)].join('\n\n'));
  console.log(`\n\`\`\`json\n${JSON.stringify({ machine: facts, ...figures }, null, 2)}\n\`\`\``);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function rounded(value, digits = 1) {
  return Number(value.toFixed(digits));
}

/** A measurement takes its time; there is nothing else to wait for. */
export function seconds(count) {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}
