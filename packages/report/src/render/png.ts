/** From an SVG to a PNG. The renderer and the font are loaded at the first call. */
import { createRequire } from 'node:module';

/** Pixels per unit: 200 dots an inch in print. */
const SCALE = 2;

/** @param svg as `renderSvg` gives it */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const resolve = createRequire(import.meta.url).resolve;
  const fontFiles = ['400Regular/Arimo_400Regular.ttf', '700Bold/Arimo_700Bold.ttf'].map((file) =>
    resolve(`@expo-google-fonts/arimo/${file}`),
  );
  const drawn = new Resvg(svg.replaceAll('Helvetica, Arial, Arimo', 'Arimo'), {
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Arimo', sansSerifFamily: 'Arimo' },
  });
  return new Uint8Array(drawn.render().asPng());
}
