-- Opens a template in neovim with `samguard lsp` attached, and writes down what its user sees.
-- Written for neovim 0.7, which has `start_client` and neither `vim.lsp.start` nor pull diagnostics.

local out = {}
local folder, command, result = vim.env.SAMGUARD_FOLDER, vim.json.decode(vim.env.SAMGUARD_COMMAND), vim.env.SAMGUARD_RESULT

local function finish()
  local file = io.open(result, "w")
  file:write(vim.json.encode(out))
  file:close()
  vim.cmd("qall!")
end

local function lines()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

local function codes()
  local found = {}
  for _, shown in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, shown.code or (shown.user_data and shown.user_data.lsp and shown.user_data.lsp.code))
  end
  return found
end

local function has(code)
  return vim.tbl_contains(codes(), code)
end

local function await(what, condition)
  if not vim.wait(60000, condition, 50) then
    out.failed = what
    finish()
    return false
  end
  return true
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 60000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end

vim.cmd("edit " .. folder .. "/template.yaml")
local client = vim.lsp.start_client({
  name = "samguard",
  cmd = command,
  root_dir = folder,
  handlers = {
    ["window/showMessage"] = function(_, shown)
      out.message = shown.message
    end,
  },
})
vim.lsp.buf_attach_client(0, client)

if await("diagnostics", function() return has("SG205") end) then
  out.codes = codes()

  local line, column = unpack(vim.fn.searchpos("Canary10Percent5Minute$"))
  vim.api.nvim_win_set_cursor(0, { line, column - 1 })
  local hover = request("textDocument/hover", vim.lsp.util.make_position_params(0, "utf-16"))
  out.hover = hover and hover.contents.value

  local range = vim.lsp.util.make_range_params(0, "utf-16")
  range.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, line - 1) }
  for _, action in ipairs(request("textDocument/codeAction", range) or {}) do
    if action.isPreferred then
      out.action = action.title
      vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
      break
    end
  end
  out.text = lines()

  if await("the typo to be gone", function() return not has("SG205") end) then
    out.lenses = request("textDocument/codeLens", { textDocument = vim.lsp.util.make_text_document_params() })
    vim.fn.search("!Ref Stage")
    vim.fn.search("Stage")
    vim.lsp.buf.definition()
    await("the definition", function() return vim.fn.getline("."):match("^  Stage:") ~= nil end)
    out.definition = vim.fn.getline(".")
    vim.lsp.stop_client(client)
    out.stopped = vim.wait(10000, function() return vim.lsp.client_is_stopped(client) end, 50)
    finish()
  end
end
