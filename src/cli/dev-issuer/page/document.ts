/** The page. Its scripts fill in what the issuer says, as text alone. */
export const document: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Test issuer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_test/page/style.css">
<script type="module" src="/_test/page/main.js"></script>
</head>
<body>
<a class="skip" href="#mint">Skip to the form</a>
<header>
  <h1>Test issuer</h1>
  <dl id="about">
    <div><dt>Issuer</dt><dd><code id="issuer">…</code></dd></div>
    <div><dt>Audience</dt><dd><code id="audience">…</code></dd></div>
    <div><dt>Keys</dt><dd><code id="keys-at">…</code></dd></div>
    <div><dt>Shape</dt><dd id="shape-name">…</dd></div>
  </dl>
  <p class="note">For development only: everybody who reads this page can be any user of an API that trusts this issuer.</p>
  <p id="connection" class="message" role="status"></p>
</header>
<noscript><p class="bad message">This page needs JavaScript. Without it, use <code>npx tollgate mint</code>.</p></noscript>
<main>
<section aria-labelledby="mint-title">
  <h2 id="mint-title">Mint a token</h2>
  <form id="mint" novalidate>
    <div class="field">
      <label for="fault">What is wrong with it</label>
      <select id="fault" name="fault">
        <option value="">Nothing: a good token</option>
        <option value="expired">It has expired</option>
        <option value="not-yet-valid">It is not valid yet</option>
        <option value="tampered">It was changed after it was signed</option>
        <option value="wrong-key">Another key signed it, under the right kid</option>
        <option value="unknown-kid">Its kid is that of no key</option>
        <option value="wrong-audience">It is for another API</option>
        <option value="wrong-issuer">It names another issuer</option>
        <option value="unsigned">It is not signed (alg none)</option>
        <option value="id-token">It is an ID token</option>
        <option value="garbage">It is no token at all</option>
      </select>
    </div>
    <div class="choice" role="radiogroup" aria-labelledby="mode-label">
      <span id="mode-label">Claims</span>
      <label><input type="radio" name="mode" value="fields" checked> as fields</label>
      <label><input type="radio" name="mode" value="json"> as JSON</label>
    </div>
    <div id="as-fields">
      <div class="field">
        <label for="sub">Subject (<code>sub</code>)</label>
        <input id="sub" placeholder="user-1" autocomplete="off" autocapitalize="off" spellcheck="false">
      </div>
      <div class="field">
        <label for="scope">Scopes (<code>scope</code>)</label>
        <input id="scope" placeholder="orders:read orders:write" aria-describedby="scope-hint" autocomplete="off" autocapitalize="off" spellcheck="false">
        <p class="hint" id="scope-hint">Separated by spaces.</p>
      </div>
      <div class="field">
        <label for="aud">Audience (<code>aud</code>)</label>
        <input id="aud" autocomplete="off" autocapitalize="off" spellcheck="false">
      </div>
      <div id="claims"></div>
      <p class="actions"><button type="button" id="add-claim">Add a claim</button></p>
    </div>
    <div id="as-json" class="field" hidden>
      <label for="json">Claims as JSON</label>
      <textarea id="json" rows="8" aria-describedby="json-hint" autocomplete="off" autocapitalize="off" spellcheck="false"></textarea>
      <p class="hint" id="json-hint"><code>iss</code>, <code>aud</code>, <code>iat</code>, <code>exp</code> and <code>jti</code> are filled in if they are not here.</p>
    </div>
    <fieldset id="of-good-tokens">
      <legend class="for-screen-readers">More about a good token</legend>
      <div class="row">
        <div class="field">
          <label for="expires-in">Expires in</label>
          <input id="expires-in" type="number" min="0" step="1" value="1" inputmode="numeric">
        </div>
        <div class="field">
          <label for="unit">Unit</label>
          <select id="unit">
            <option value="1">seconds</option>
            <option value="60">minutes</option>
            <option value="3600" selected>hours</option>
            <option value="86400">days</option>
          </select>
        </div>
      </div>
      <div class="row">
        <div class="field">
          <label for="shape">Shape of the claims</label>
          <select id="shape" aria-describedby="shape-hint"><option value="">of this issuer</option></select>
        </div>
        <div class="field">
          <label for="caller">Caller</label>
          <select id="caller">
            <option value="">as is usual</option>
            <option value="person">a person</option>
            <option value="machine">a machine</option>
          </select>
        </div>
      </div>
      <p class="hint" id="shape-hint">Claims and <code>typ</code> as the issuers of that name make them. The issuer, the audience and the key stay those of this one; <code>--shape</code> changes them all.</p>
    </fieldset>
    <p class="actions"><button class="main">Mint</button></p>
    <p id="mint-status" class="message" role="status"></p>
  </form>
</section>

<div class="flow">
<section aria-labelledby="token-title">
  <h2 id="token-title">The token</h2>
  <div class="field">
    <label for="token">Token</label>
    <textarea id="token" rows="5" aria-describedby="token-hint" autocomplete="off" autocapitalize="off" spellcheck="false"></textarea>
    <p class="hint" id="token-hint">Mint one, or paste another one to look into it.</p>
  </div>
  <p class="actions">
    <button type="button" data-copy="token">Copy the token</button>
    <button type="button" data-copy="header">Copy as header</button>
    <button type="button" data-copy="curl">Copy as curl</button>
  </p>
  <p id="copy-status" class="message" role="status"></p>
  <dl id="decoded" aria-label="What the token says"></dl>
</section>

<section aria-labelledby="call-title">
  <h2 id="call-title">Call an API with it</h2>
  <form id="call" novalidate>
    <div class="row call">
      <div class="field">
        <label for="method">Method</label>
        <select id="method">
          <option>GET</option><option>POST</option><option>PUT</option><option>PATCH</option><option>DELETE</option><option>HEAD</option>
        </select>
      </div>
      <div class="field">
        <label for="url">URL on this machine</label>
        <input id="url" type="url" value="http://localhost:3000/" inputmode="url" autocomplete="off" autocapitalize="off" spellcheck="false">
      </div>
    </div>
    <div class="field" id="body-field" hidden>
      <label for="body">Body (JSON)</label>
      <textarea id="body" rows="3" autocomplete="off" autocapitalize="off" spellcheck="false"></textarea>
    </div>
    <label class="check"><input type="checkbox" id="with-token" checked> Send the token</label>
    <p class="actions"><button class="main">Call</button></p>
    <p id="call-status" class="message" role="status"></p>
  </form>
  <div id="answer"></div>
</section>
</div>

<section aria-labelledby="keys-title">
  <h2 id="keys-title" tabindex="-1">Keys</h2>
  <ul id="keys" class="things"></ul>
  <p class="actions">
    <button type="button" id="rotate">Rotate</button>
    <button type="button" id="replace">Rotate and retire the old key</button>
  </p>
  <p class="hint">An API fetches a new key when it sees the first token of it, but only once in 30 seconds.</p>
  <p id="keys-status" class="message" role="status"></p>
</section>

<section aria-labelledby="faults-title">
  <h2 id="faults-title" tabindex="-1">Break the issuer</h2>
  <form id="break" novalidate>
    <div class="row">
      <div class="field">
        <label for="breaks">What goes wrong</label>
        <select id="breaks">
          <optgroup label="Any endpoint">
            <option value="status" data-number="503" data-label="Status">Another status</option>
            <option value="hang">Never answers</option>
            <option value="slow" data-number="3" data-label="Seconds">Answers slowly</option>
            <option value="reset">Breaks the connection</option>
            <option value="body" data-text="&lt;!doctype html&gt;&lt;title&gt;Maintenance&lt;/title&gt;" data-type="text/html">Answers with a web page</option>
            <option value="truncate">Sends half of the document</option>
            <option value="huge" data-number="10000000" data-label="Bytes">Sends a huge document</option>
          </optgroup>
          <optgroup label="Keys" data-endpoint="jwks">
            <option value="jwks.empty">No keys</option>
            <option value="jwks.noKid">Keys without kid</option>
            <option value="jwks.noAlg">Keys without alg</option>
            <option value="jwks.encOnly">Keys for encryption alone</option>
            <option value="jwks.duplicateKid">Two keys with each kid</option>
            <option value="jwks.symmetricKey">One more key, a symmetric one</option>
            <option value="jwks.weakRsa">One more key, a weak one</option>
            <option value="jwks.notAnArray">No list of keys</option>
          </optgroup>
          <optgroup label="Metadata" data-endpoint="*">
            <option value="metadata.wrongIssuer">Names another issuer</option>
            <option value="metadata.notFound">Not found</option>
            <option value="metadata.missingJwksUri">Says nothing of the keys</option>
          </optgroup>
        </select>
      </div>
      <div class="field narrow" id="number-field">
        <label for="number" id="number-label">Status</label>
        <input id="number" type="number" min="0" step="any" value="503" inputmode="numeric">
      </div>
    </div>
    <div class="row">
      <div class="field">
        <label for="endpoint">Where</label>
        <select id="endpoint">
          <option value="jwks">keys</option>
          <option value="openid-configuration">OpenID metadata</option>
          <option value="oauth-authorization-server">OAuth metadata</option>
          <option value="token">token endpoint</option>
          <option value="authorization">login page</option>
          <option value="userinfo">userinfo</option>
          <option value="introspection">introspection</option>
          <option value="revocation">revocation</option>
          <option value="end-session">logout</option>
          <option value="*">everywhere</option>
        </select>
      </div>
      <div class="field narrow">
        <label for="times">How often</label>
        <input id="times" type="number" min="1" step="1" placeholder="always" inputmode="numeric">
      </div>
    </div>
    <p class="actions"><button class="main">Break</button></p>
    <p id="faults-status" class="message" role="status"></p>
  </form>
  <ul id="faults" class="things"></ul>
</section>

<section aria-labelledby="log-title" class="wide">
  <h2 id="log-title">Requests to the issuer</h2>
  <p class="actions">
    <button type="button" id="clear-log">Empty the log</button>
    <button type="button" id="reset">Reset the issuer</button>
  </p>
  <p class="hint">The newest stand first. Resetting restores the first keys, ends all faults and empties this log.</p>
  <p id="log-status" class="message" role="status"></p>
  <div id="log-box" role="log" aria-live="off" aria-labelledby="log-title" tabindex="0"><ol id="log"></ol></div>
</section>
</main>
</body>
</html>
`
