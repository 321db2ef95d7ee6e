import type { Store } from '@cairn/core';
import { loadAnchor, readManifest, type StoredManifest } from '@cairn/route';
import { finding, type Finding } from './finding.ts';

/** A route's manifest and every anchor in it. */
export async function verifyRouteFiles(routes: Store, id: string): Promise<readonly Finding[]> {
  let manifest: StoredManifest | undefined;
  const readable = await finding('manifest', async () => {
    manifest = await readManifest(routes, id);
    if (manifest === undefined)
      return { what: 'manifest', state: 'wrong', text: `none in ${routes.location}/${id}` };
    return { what: 'manifest', state: 'good', text: `${manifest.anchors.length} anchors` };
  });
  const findings = [readable];
  const route = manifest;
  for (const anchor of route?.anchors ?? []) {
    const what = `anchor ${anchor.id}`;
    findings.push(
      await finding(what, async () => {
        if (route !== undefined) await loadAnchor(routes, route, anchor.id);
        return { what, state: 'good', text: anchor.sha256.slice(0, 16) };
      }),
    );
  }
  return findings;
}
