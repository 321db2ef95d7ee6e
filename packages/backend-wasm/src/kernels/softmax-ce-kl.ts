import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BackendError } from '@cairn/core';
import { assertSameShape, assertType, kernel } from './kernel.ts';

interface Attributes {
  readonly temperature: number;
  readonly ceWeight: number;
  readonly klWeight: number;
}

const name = 'CairnSoftmaxCeKl';

/**
 * {student [B, K], teacher? [B, K], labels? int32 [B]} → [ce, kl, dStudent [B, K]]. ce is the mean cross-entropy at
 * temperature 1, kl the mean KL(teacher ‖ student) at `temperature`, dStudent the gradient of
 * ceWeight·ce + klWeight·kl (a factor T² is the caller's, in `klWeight`). Absent inputs count 0.
 */
export const softmaxCeKl = kernel<Attributes>(name, (call) => {
  const { attributes, runtime, kernels, input, optional, output, address } = call;
  const student = input('student');
  const teacher = optional('teacher');
  const labels = optional('labels');
  const [rows = 0, classes = 0] = student.shape;
  if (teacher !== undefined) assertSameShape(name, student, teacher);
  if (labels !== undefined) {
    assertType(name, labels, 'int32');
    assertLabelShape(labels, rows);
    const bad = kernels.firstBadLabel(address(labels), rows, classes);
    if (bad >= 0) throw badLabel(bad, classes);
  }
  const ce = output([]);
  const kl = output([]);
  const gradient = output(student.shape);
  const [work] = runtime.scratch(classes * 16);
  kernels.softmaxCeKl(
    address(student),
    address(teacher),
    address(labels),
    address(gradient),
    address(ce),
    address(kl),
    work,
    rows,
    classes,
    attributes.temperature,
    attributes.ceWeight,
    attributes.klWeight,
  );
  return [ce, kl, gradient];
});

function assertLabelShape(labels: TensorInfo, rows: number): void {
  if (labels.shape.length === 1 && labels.shape[0] === rows) return;
  throw new BackendError(
    'CAIRN_BACKEND_SHAPE',
    `${name} needs one label per row: ${rows} rows, labels of shape [${labels.shape.join(', ')}].`,
  );
}

function badLabel(row: number, classes: number): BackendError {
  return new BackendError(
    'CAIRN_BACKEND_LABEL',
    `The label of row ${row} is no class: the logits have ${classes} classes.`,
    {
      fix: `Labels are int32 from 0 to ${classes - 1}; compare the data set's class count with the model's.`,
    },
  );
}
