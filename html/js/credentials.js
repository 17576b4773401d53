// SPDX-License-Identifier: GPL-3.0-or-later
// Where tokens come from. In demo mode the gateway signs them at /demo/token; any
// other gateway answers 404 there and the user pastes a token of his own.

// Ask for a demo token. extra: {ttl: seconds, permissions: "a,b"}.
// Returns null where there is no demo mode.
export async function demoToken(user, extra = {}) {
	const answer = await fetch(`/demo/token?${new URLSearchParams({ user, ...extra })}`, { cache: "no-store" });
	if (answer.status === 404)
		return null;
	if (!answer.ok)
		throw new Error(`/demo/token answered ${answer.status}`);
	return answer.json();
}

// The claims inside a token, unverified: the page only shows them.
export function readClaims(token) {
	try {
		const [, payload] = token.trim().split(".");
		const bytes = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
		return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, c => c.charCodeAt(0))));
	} catch {
		return null;
	}
}

// One line about a token for people.
export function describeToken(token, nowMs = Date.now()) {
	if (!token.trim())
		return "";
	const claims = readClaims(token);
	if (!claims)
		return "This does not look like a JWT.";
	const words = [claims.sub ?? claims.username, claims.companyId, claims.sid].filter(Boolean);
	if (claims.exp)
		words.push(life(claims.exp * 1000 - nowMs));
	return words.join(" · ");
}

function life(leftMs) {
	const minutes = Math.round(Math.abs(leftMs) / 60000);
	const span = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
	return leftMs < 0 ? `expired ${span} ago` : `expires in ${span}`;
}
