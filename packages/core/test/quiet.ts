/** Tests in which warnings are not shown. */
import { afterAll, beforeAll } from 'vitest'
import * as torch from '../src/index.ts'

/** Silences warnings while the tests of this file run, and no longer: files may share modules. */
export function withoutWarnings(): void {
  beforeAll(() => torch.warnings.simplefilter('ignore'))
  afterAll(() => torch.warnings.simplefilter('default'))
}
