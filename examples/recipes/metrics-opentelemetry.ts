import type { MeterProvider } from '@opentelemetry/api'
import { metrics } from '@opentelemetry/api'
import type { AuthEvent, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'

/** A verifier with metrics for OpenTelemetry, for `createAuth({ verifier })`. */
export function createMeteredVerifier(
  options: VerifierOptions,
  provider: MeterProvider = metrics.getMeterProvider(),
): Verifier {
  const meter = provider.getMeter('tollgate')
  const decisions = meter.createCounter('tollgate.decisions')
  const failures = meter.createCounter('tollgate.issuer.failures')
  const age = meter.createObservableGauge('tollgate.keys.age', { unit: 's' })

  function count(event: AuthEvent): void {
    if (event.type === 'token.accepted') decisions.add(1, { reason: 'accepted' })
    else if ('reason' in event) decisions.add(1, { reason: event.reason })
    else if (event.type === 'keys.refresh-failed') failures.add(1, { issuer: event.issuer })
  }

  const verifier = createVerifier({ ...options, onEvent: count })
  age.addCallback((result) => {
    for (const one of verifier.health()) {
      if (one.age !== undefined) result.observe(one.age, { issuer: one.issuer })
    }
  })
  return verifier
}
