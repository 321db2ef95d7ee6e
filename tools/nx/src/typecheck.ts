/** `node tools/nx/src/typecheck.ts <folder>`: the root tsconfig, applied to one folder and whatever it imports. */
import * as ts from 'typescript';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Which folder? node tools/nx/src/typecheck.ts packages/core');

const config = ts.getParsedCommandLineOfConfigFile(
  'tsconfig.json',
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
    },
  },
);
if (config === undefined) throw new Error('There is no tsconfig.json in the current folder');

const own = ts.sys.resolvePath(folder) + '/';
const files = config.fileNames.filter((file) => ts.sys.resolvePath(file).startsWith(own));
const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(files, config.options));
const host = {
  getCurrentDirectory: () => process.cwd(),
  getCanonicalFileName: (name: string) => name,
  getNewLine: () => '\n',
};
process.stdout.write(ts.formatDiagnosticsWithColorAndContext(diagnostics, host));
process.exitCode = diagnostics.length > 0 ? 1 : 0;
