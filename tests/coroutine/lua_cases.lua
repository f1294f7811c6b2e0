-- What Lua's coroutines do, case by case: `lua5.4 lua_cases.lua > lua_outcomes.txt`.
-- The Rust tests (lua.rs) do the same and compare. A case is a name and a function that returns what it has seen.

local function join(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]) end
  return table.concat(parts, " ", 1, parts.n)
end

local create, resume, yield, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status
local wrap, close, running, isyieldable = coroutine.wrap, coroutine.close, coroutine.running, coroutine.isyieldable

-- A value with a destructor: appends to `log` when its scope is left.
local function lamp(log, name)
  return setmetatable({}, { __close = function(_, err) log[#log + 1] = name end })
end

print(_VERSION .. " (" .. (arg[1] or "release unknown") .. ")")
local function case(name, f) print(name .. ": " .. join(f())) end

-- create, resume, yield

case("create_does_not_run", function()
  local ran = false
  create(function() ran = true end)
  return ran
end)
case("first_resume_passes_argument", function()
  return resume(create(function(a) return a + 1 end), 41)
end)
case("resume_returns_yielded", function()
  return resume(create(function() yield(7) end))
end)
case("yield_returns_resumed", function()
  local co = create(function() local got = yield(1); return got * 10 end)
  resume(co)
  return resume(co, 5)
end)
case("values_travel_both_ways", function()
  local co = create(function(x) while true do x = yield(x * 2) end end)
  local out = {}
  for i = 1, 5 do out[i] = select(2, resume(co, i)) end
  return table.unpack(out)
end)
case("return_value_comes_last", function()
  local co = create(function() yield(1); yield(2); return 3 end)
  local _, a = resume(co); local _, b = resume(co); local _, c = resume(co)
  return a, b, c, status(co)
end)
case("yield_inside_called_function", function()
  local function deep(n) if n == 0 then return yield("deep") end; return deep(n - 1) + 1 end
  local co = create(function() return deep(50) end)
  local _, a = resume(co); local _, b = resume(co, 0)
  return a, b
end)
case("yield_inside_loop", function()
  local co = create(function() for i = 1, 3 do yield(i) end end)
  local out = {}
  for i = 1, 4 do local ok, v = resume(co); out[i] = tostring(ok) .. (v and v or "-") end
  return table.unpack(out)
end)
case("two_run_independently", function()
  local function counter(from) return create(function() while true do yield(from); from = from + 1 end end) end
  local a, b = counter(10), counter(20)
  local out = {}
  for i = 1, 3 do
    out[#out + 1] = select(2, resume(a)); out[#out + 1] = select(2, resume(b))
  end
  return table.unpack(out)
end)
case("nested_yield_goes_to_inner_resumer", function()
  local inner = create(function() yield("inner") end)
  local outer = create(function() local _, v = resume(inner); yield("outer saw " .. v) end)
  return resume(outer)
end)
case("coroutine_made_inside_outlives_maker", function()
  local made
  local maker = create(function() made = create(function(x) local y = yield(x); return y end); resume(made, 1) end)
  resume(maker)
  return status(maker), status(made), resume(made, 2)
end)

-- resuming what is not suspended

case("resume_dead", function()
  local co = create(function() end)
  resume(co)
  return resume(co)
end)
case("resume_dead_again", function()
  local co = create(function() end)
  resume(co); resume(co)
  return resume(co)
end)
case("resume_self", function()
  local co
  co = create(function() return resume(co) end)
  local _, ok, message = resume(co)
  return ok, message
end)
case("resume_self_then_go_on", function()
  local co
  co = create(function() resume(co); yield("still here") end)
  return resume(co)
end)
case("resume_normal", function()
  local outer
  local inner = create(function() return resume(outer) end)
  outer = create(function() return select(2, resume(inner)) end)
  return select(2, resume(outer))
end)
case("resume_normal_message", function()
  local outer
  local inner = create(function() return resume(outer) end)
  outer = create(function() return select(3, resume(inner)) end)
  return select(2, resume(outer))
end)

-- status

case("status_new", function() return status(create(function() end)) end)
case("status_suspended", function()
  local co = create(function() yield() end)
  resume(co)
  return status(co)
end)
case("status_running", function()
  local co
  co = create(function() return status(co) end)
  return select(2, resume(co))
end)
case("status_normal", function()
  local outer
  local inner = create(function() return status(outer) end)
  outer = create(function() return select(2, resume(inner)) end)
  return select(2, resume(outer))
end)
case("status_of_inner_while_outer_runs", function()
  local inner = create(function() yield() end)
  local outer = create(function() resume(inner); return status(inner) end)
  return select(2, resume(outer))
end)
case("status_running_again_after_inner_yields", function()
  local outer
  local inner = create(function() yield() end)
  outer = create(function() resume(inner); return status(outer) end)
  return select(2, resume(outer))
end)
case("status_dead_after_return", function()
  local co = create(function() end)
  resume(co)
  return status(co)
end)
case("status_dead_after_error", function()
  local co = create(function() error("boom", 0) end)
  resume(co)
  return status(co)
end)

-- isyieldable, running

case("isyieldable_outside", function() return isyieldable() end)
case("isyieldable_inside", function()
  return select(2, resume(create(function() return isyieldable() end)))
end)
case("isyieldable_of_suspended", function()
  local co = create(function() yield() end)
  resume(co)
  return isyieldable(co)
end)
case("isyieldable_of_new", function() return isyieldable(create(function() end)) end)
case("isyieldable_of_dead", function()
  local co = create(function() end)
  resume(co)
  return isyieldable(co)
end)
case("isyieldable_of_normal", function()
  local outer
  local inner = create(function() return isyieldable(outer) end)
  outer = create(function() return select(2, resume(inner)) end)
  return select(2, resume(outer))
end)
case("running_outside_is_main", function() return select(2, running()) end)
case("running_inside_is_itself", function()
  local co
  co = create(function() local r, main = running(); return r == co, main end)
  local _, same, main = resume(co)
  return same, main
end)
case("running_is_innermost", function()
  local outer, inner
  inner = create(function() return running() == inner end)
  outer = create(function() local _, a = resume(inner); return a, running() == outer end)
  local _, a, b = resume(outer)
  return a, b
end)

-- wrap

case("wrap_returns_values", function()
  local f = wrap(function() yield(1); return 2 end)
  return f(), f()
end)
case("wrap_passes_arguments", function()
  local f = wrap(function(a) local b = yield(a); return a + b end)
  return f(3), f(4)
end)
case("wrap_dead_raises", function()
  local f = wrap(function() end)
  f()
  local ok, message = pcall(f)
  return ok, (message:gsub("^.-:%d+: ", ""))
end)
case("wrap_passes_error_on", function()
  local f = wrap(function() error("boom", 0) end)
  return pcall(f)
end)
case("wrap_dead_after_error", function()
  local f = wrap(function() error("boom", 0) end)
  pcall(f)
  local ok, message = pcall(f)
  return ok, (message:gsub("^.-:%d+: ", ""))
end)

-- error

case("error_comes_out_of_resume", function()
  return resume(create(function() error("boom", 0) end))
end)
case("error_after_yield", function()
  local co = create(function() yield(1); error("late", 0) end)
  local a, b = resume(co)
  return a, b, resume(co)
end)
case("error_then_resume", function()
  local co = create(function() error("boom", 0) end)
  resume(co)
  return resume(co)
end)
case("error_passes_through_two", function()
  local inner = create(function() error("inner", 0) end)
  local outer = create(function() local ok, e = resume(inner); if not ok then error(e .. " via outer", 0) end end)
  return resume(outer)
end)
case("error_caught_inside_goes_on", function()
  local co = create(function() local ok, e = pcall(error, "boom", 0); yield(e); return "on" end)
  local _, a = resume(co); local _, b = resume(co)
  return a, b
end)
case("yield_across_pcall", function()
  local co = create(function() local ok, v = pcall(function() return yield(1) end); return ok, v end)
  local _, a = resume(co)
  return a, resume(co, 2)
end)
case("error_in_inner_leaves_outer_running", function()
  local outer
  local inner = create(function() error("boom", 0) end)
  outer = create(function() resume(inner); return status(outer), status(inner) end)
  return select(2, resume(outer))
end)
case("destructors_have_run_after_error_and_close", function()
  -- Lua puts them off until the close; in Rust they run while the panic comes out of `resume`.
  local log = {}
  local co = create(function() local l <close> = lamp(log, "off"); error("boom", 0) end)
  resume(co); close(co)
  return table.unpack(log)
end)

-- close

case("close_new", function()
  local co = create(function() end)
  return close(co), status(co)
end)
case("close_suspended", function()
  local co = create(function() yield() end)
  resume(co)
  return close(co), status(co)
end)
case("close_dead", function()
  local co = create(function() end)
  resume(co)
  return close(co)
end)
case("close_twice", function()
  local co = create(function() yield() end)
  resume(co); close(co)
  return close(co)
end)
case("close_then_resume", function()
  local co = create(function() yield() end)
  resume(co); close(co)
  return resume(co)
end)
case("close_runs_destructors_inside_out", function()
  local log = {}
  local co = create(function()
    local a <close> = lamp(log, "first"); local b <close> = lamp(log, "second")
    yield()
  end)
  resume(co)
  local closed = close(co)
  return closed, table.unpack(log)
end)
case("close_runs_destructors_of_callers", function()
  local log = {}
  local function deep(n) local l <close> = lamp(log, n); if n == 0 then yield() else deep(n - 1) end end
  local co = create(function() deep(3) end)
  resume(co); close(co)
  return table.unpack(log)
end)
case("close_new_runs_nothing", function()
  local log = {}
  local co = create(function() local l <close> = lamp(log, "off") end)
  close(co)
  return #log
end)
case("close_running", function()
  local co
  co = create(function() return pcall(close, co) end)
  local _, ok, message = resume(co)
  return ok, message
end)
case("close_normal", function()
  local outer
  local inner = create(function() return pcall(close, outer) end)
  outer = create(function() local _, ok, message = resume(inner); return ok, message end)
  local _, ok, message = resume(outer)
  return ok, message
end)
case("close_does_not_go_on", function()
  local reached = false
  local co = create(function() yield(); reached = true end)
  resume(co); close(co)
  return reached
end)
case("destructor_sees_status", function()
  local co, seen
  co = create(function()
    local l <close> = setmetatable({}, { __close = function() seen = status(co) end })
    yield()
  end)
  resume(co); close(co)
  return seen
end)

-- programs

case("producer_consumer", function()
  local producer = create(function() for i = 1, 5 do yield("line " .. i) end end)
  local filter = create(function()
    local n = 1
    while true do
      local _, line = resume(producer)
      if not line then return end
      yield(n .. ":" .. line); n = n + 1
    end
  end)
  local out = {}
  while true do
    local _, line = resume(filter)
    if not line then break end
    out[#out + 1] = line
  end
  return table.concat(out, ",")
end)
case("permutations", function()
  local function permgen(a, n)
    if n <= 1 then yield(table.concat(a)) return end
    for i = 1, n do
      a[n], a[i] = a[i], a[n]
      permgen(a, n - 1)
      a[n], a[i] = a[i], a[n]
    end
  end
  local out = {}
  for p in wrap(function() permgen({ "a", "b", "c" }, 3) end) do out[#out + 1] = p end
  return table.unpack(out)
end)
case("sieve", function()
  local function filter(p, g)
    return wrap(function() while true do local n = g(); if n % p ~= 0 then yield(n) end end end)
  end
  local g = wrap(function() local n = 2; while true do yield(n); n = n + 1 end end)
  local out = {}
  for i = 1, 10 do local p = g(); out[i] = p; g = filter(p, g) end
  return table.unpack(out)
end)
