/** Who may import whom: the options of `@nx/enforce-module-boundaries`, by the `type:` tags of the package files. */

const table: Readonly<Record<string, string>> = {
  core: '',
  nn: 'core',
  route: 'core nn',
  engine: 'core nn route',
  backend: 'core nn',
  tracking: 'core mlflow-js-client',
  'mlflow-js-client': '',
  report: 'core tracking',
  export: 'core nn route',
  testing: 'core nn engine',
  plugin: 'core nn',
  cli: 'core nn route engine backend tracking mlflow-js-client report export testing',
  experiments: 'core cli plugin',
  app: 'core nn route engine report export backend plugin',
  tool: '*',
};

/** A test of a package may set up whatever it needs; a test of a plugin still cannot lean on another plugin. */
const inTests: Readonly<Record<string, string>> = { plugin: 'core nn testing backend' };

export function allowed(type: string, from: 'sources' | 'tests' = 'sources'): string[] {
  const types = from === 'tests' ? (inTests[type] ?? '*') : (table[type] ?? '');
  return types.split(' ').filter(Boolean);
}

/** Options of the rule for sources, or for tests. */
export function boundaries(from: 'sources' | 'tests'): object {
  return {
    depConstraints: Object.keys(table).map((type) => ({
      sourceTag: `type:${type}`,
      onlyDependOnLibsWithTags: allowed(type, from).map((other) => (other === '*' ? other : `type:${other}`)),
    })),
    // The table has no cycle, so sources cannot have one. The graph also holds what tests import, and those may:
    // a test of engine uses testing, which imports engine.
    ignoredCircularDependencies: pairs(Object.keys(table).map((type) => `tag:type:${type}`)),
    // A project that is loaded lazily in one place may be imported plainly in another.
    checkDynamicDependenciesExceptions: ['.*'],
  };
}

/** Pairs of different types only: the rule would take a project paired with itself for an import of its own name. */
function pairs(names: readonly string[]): [string, string][] {
  return names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b]));
}
