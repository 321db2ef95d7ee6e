import { reportSpec } from '../args/result-specs.ts';
import type { Command } from '../command.ts';
import { counted } from '../format.ts';
import { print, printJson } from '../output.ts';
import { makeReport } from '../report/report.ts';
import { refuseUnfinished, reportSubject } from '../report/subject.ts';
import { assertWritable, writeReport } from '../report/write.ts';
import { placesIn } from '../study/places.ts';

/** `cairn report <study | study/profile | study/profile/run>` */
export const report: Command<typeof reportSpec.flags> = {
  spec: reportSpec,
  async execute({ arguments: [wanted = ''], flags }, host) {
    const subject = await reportSubject(host, wanted);
    refuseUnfinished(subject);
    const { name } = subject;
    const folder =
      flags.out === undefined ? `${placesIn(host.home).reports.location}/${name}` : host.typedPath(flags.out);
    await assertWritable(folder);
    const made = await makeReport(host, subject, {
      networks: !flags.stored,
      landscape: flags.landscape,
      say: (text) => print(host.err, text),
    });
    const written = await writeReport(made, folder, host.typed);
    if (flags.json !== undefined)
      await printJson(host, flags.json, { name, ...written, comparison: made.comparison });
    if (flags.json === undefined || flags.json.file !== undefined) {
      print(host.out, [
        `page     ${written.page}`,
        `figures  ${counted(written.figures.length, 'file')} in ${folder}/figures`,
        ...written.omitted.map(({ figure, why }) => `without  ${figure}: ${why}`),
      ]);
    }
    return 0;
  },
};
