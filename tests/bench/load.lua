-- What wrk asks and counts: the first argument, when there is one, is the ETag every connection knows at first; a 200
-- brings the next one, as a calendar program would remember it.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function remember(tag)
  wrk.headers["If-None-Match"] = tag
  wanted = wrk.format("GET")
end

function init(arguments)
  unchanged, changed = 0, 0
  if arguments[1] then
    remember(arguments[1])
    request = function() return wanted end
    response = function(status, headers)
      if status == 304 then
        unchanged = unchanged + 1
      elseif status == 200 then
        changed = changed + 1
        remember(headers["ETag"] or headers["etag"])
      end
    end
  end
end

function done(summary)
  local told = { unchanged = 0, changed = 0 }
  for _, thread in ipairs(threads) do
    told.unchanged = told.unchanged + thread:get("unchanged")
    told.changed = told.changed + thread:get("changed")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers": %d, "microseconds": %d, "failed": %d, "unchanged": %d, "changed": %d}\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    told.unchanged, told.changed
  ))
end
