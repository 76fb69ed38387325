// Runs types, lint and the suites, and ends with a line `N passed, N failed`.
// Arguments name suites (folders or files under test/): `node scripts/test.mjs contract`. Without any: everything.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
const suites = process.argv.slice(2).map((name) => `test/${name}`);

let passed = 0;
let failed = 0;

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, env, stdio: 'inherit', ...options }).status === 0;
}

function check(title, command, args) {
  const ok = run(command, args);
  console.log(`${ok ? 'passed' : 'FAILED'}: ${title}`);
  if (ok) passed += 1;
  else failed += 1;
}

function runSuites(patterns) {
  const directory = mkdtempSync(join(tmpdir(), 'biolithic-test-'));
  const outputFile = join(directory, 'results.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  try {
    const ok = run(join(bin, 'node'), [...flags, jest, ...patterns, '--json', `--outputFile=${outputFile}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const results = JSON.parse(readFileSync(outputFile, 'utf8'));
    passed += results.numPassedTests;
    // A suite that cannot be loaded has no tests of its own to fail, and a run without tests proves nothing.
    failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
    if (!ok && results.success) failed += 1;
    if (results.numTotalTests === 0) failed += 1;
    for (const kind of ['Pending', 'Todo']) {
      const count = results[`num${kind}Tests`];
      if (count > 0) {
        console.log(`FAILED: ${count} tests are marked ${kind.toLowerCase()}; every test must run`);
        failed += count;
      }
    }
  } catch (error) {
    console.log(`FAILED: the suites gave no result (${error.message})`);
    failed += 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (suites.length === 0) {
  check('types', 'tsc', ['--noEmit']);
  check('lint', 'oxlint', ['--deny-warnings', 'src', 'test', 'scripts']);
  // Suites that run the product as a process of its own use the build.
  check('build', 'nest', ['build']);
}
runSuites(suites);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
