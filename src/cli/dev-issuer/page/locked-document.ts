/** What a browser shows that has not the secret of the issuer. It works without scripts. */
export function lockedDocument(isWrong: boolean): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Test issuer: token wanted</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_test/page/style.css">
</head>
<body class="locked">
<main>
<h1>Test issuer</h1>
<p>${isWrong ? 'This token is wrong. ' : ''}Other machines can reach this issuer, and whoever opens its page can be any user of an
API that trusts it. So the page wants the control token.</p>
<p>Open the link that <code>tollgate issuer</code> printed when it started, or write here what stands behind
<code>TOLLGATE_CONTROL_TOKEN=</code>.</p>
<form method="get" action="/">
<label for="token">Control token</label>
<input id="token" name="token" required autocomplete="off" spellcheck="false">
<p class="actions"><button class="main">Open the page</button></p>
</form>
</main>
</body>
</html>
`
}
