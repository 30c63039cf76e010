import { attack } from './attack.ts'
import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { issuer } from './issuer.ts'
import { mint } from './mint.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [issuer, mint, explain, doctor, attack]
