-- Sends the tokens of a file in turn, from a given line on, and prints the results as JSON.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests = {}
  for token in io.lines(args[1]) do
    table.insert(requests, wrk.format('GET', '/me', { ['Authorization'] = 'Bearer ' .. token }))
  end
  from = tonumber(args[2])
  sent = 0
end

function request()
  local at = (from + sent) % #requests
  sent = sent + 1
  return requests[at + 1]
end

function done(summary, latency)
  local sent = 0
  for _, thread in ipairs(threads) do
    sent = sent + thread:get('sent')
  end
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests":%d,"sent":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, sent, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
