/** Code blocks and commands of a page. */

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** Blocks that begin with `// name.ts`, joined by file in their order; those without a name under `page-<i>.ts`. */
export function sourceFiles(page: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const blocks = codeBlocks(page).filter(({ language }) => language === 'ts');
  for (const [i, { text }] of blocks.entries()) {
    const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] ?? `page-${i}.ts`;
    files.set(name, `${files.get(name) ?? ''}${text}\n`);
  }
  return files;
}

/** Lines of shell blocks and inline code that start `npx …` or `cairn …`; a chain by `&&` is several. */
export function commandsOf(page: string): readonly string[] {
  const shell = codeBlocks(page).filter(({ language }) => ['', 'sh', 'bash', 'console'].includes(language));
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  const inline = [...prose.matchAll(/`((?:npx|cairn) [^`\n]+)`/g)].map(([, text = '']) => text);
  return [...shell.flatMap(({ text }) => text.split('\n')), ...inline]
    .flatMap((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .split('&&'),
    )
    .map((command) => command.trim())
    .filter((command) => /^(npx|cairn) /.test(command));
}
