-- One create per request: own key, own caller, a random point of the coverage.
-- Arguments: seed, district, west, south, east, north, accuracy in metres (0: none)
local seed, district, west, south, east, north, accuracy
local made = 0

function init(args)
  seed, district = args[1], args[2]
  west, south, east, north = tonumber(args[3]), tonumber(args[4]), tonumber(args[5]), tonumber(args[6])
  accuracy = tonumber(args[7])
  math.randomseed(tonumber(seed))
end

function request()
  made = made + 1
  local lon = west + math.random() * (east - west)
  local lat = south + math.random() * (north - south)
  local circle = accuracy > 0 and string.format(',"accuracy_m":%g', accuracy) or ""
  local body = string.format(
    '{"text":"路口没有公共厕所,请尽快解决,第%d次反映。","type":"help","category":"public_toilet",'
    .. '"district":"%s","point":{"lon":%.7f,"lat":%.7f%s},"contact":{"name":"王芳","phone":"138%08d"}}',
    made, district, lon, lat, circle, math.random(0, 99999999))
  local headers = {
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = string.format("benchmark-%012d-%08d", tonumber(seed), made),
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254)),
  }
  return wrk.format("POST", "/api/v1/issues", headers, body)
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50":%.3f,"p95":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
