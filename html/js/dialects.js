// SPDX-License-Identifier: GPL-3.0-or-later
// The four plain dialects: where each listens by default and every message its
// clients may send. A message is made from {user, token} at the moment it is chosen.
// A sixth dialect is one more row.

const auth = ({ token }) => ({ type: "auth", token });
const today = (days = 0) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
const now = () => new Date().toISOString().replace(/\.\d+/, "");

export const DIALECTS = {
	schedule: {
		about: "{type, action, data}: subscriptions to kinds of events",
		path: "/ws?dialect=schedule",
		messages: {
			"subscribe": () => ({
				type: "subscription", action: "subscribe",
				data: { events: ["schedule", "notification"] },
			}),
			"subscribe with filters": () => ({
				type: "subscription", action: "subscribe",
				data: {
					events: ["schedule", "notification"],
					filters: { employee_id: 45, date_range: { start: today(), end: today(7) } },
				},
			}),
			"unsubscribe": () => ({ type: "subscription", action: "unsubscribe", data: { events: ["schedule"] } }),
			"ping": () => ({ type: "ping", timestamp: now() }),
			"typing": () => ({ type: "presence", action: "typing", data: { typing: true, context: "shift_notes" } }),
			"notification read": () => ({ type: "notification", action: "read", data: { notification_id: 456 } }),
			"renew token": auth,
		},
	},
	rooms: {
		about: "{type, room, data}: rooms of projects, channels and tasks",
		path: "/api/v1/ws/connect",
		messages: {
			"join_room": () => ({ type: "join_room", room: "channel:1" }),
			"send_message": () => ({ type: "send_message", room: "channel:1", data: { content: "Hello everyone!" } }),
			"send_message with metadata": () => ({
				type: "send_message", room: "channel:1",
				data: { content: "Hello everyone!", metadata: { reply_to: 789 } },
			}),
			"leave_room": () => ({ type: "leave_room", room: "channel:1" }),
			"ping": () => ({ type: "ping" }),
			"renew token": auth,
		},
	},
	topics: {
		about: "{type, data}: topics of a user, the server pings",
		path: "/ws?dialect=topics",
		messages: {
			"subscribe": ({ user }) => ({
				type: "subscribe", data: { userId: user, topics: ["job_matches", "application_updates"] },
			}),
			"unsubscribe": ({ user }) => ({ type: "unsubscribe", data: { userId: user, topics: ["job_matches"] } }),
			"mark_read": () => ({ type: "mark_read", data: { notificationId: "notification_id" } }),
			"pong": () => ({ type: "pong" }),
			"renew token": auth,
		},
		// The server closes a client that never answers its pings.
		reply: message => message.type === "ping" ? { type: "pong" } : null,
	},
	channels: {
		about: "flat {type, channel_id}: chat channels, presence, typing",
		path: "/ws?dialect=channels",
		messages: {
			"join_channel": () => ({ type: "join_channel", channel_id: "1" }),
			"typing_indicator": () => ({ type: "typing_indicator", channel_id: "1", is_typing: true }),
			"get_online_users": () => ({ type: "get_online_users", channel_id: "1" }),
			"leave_channel": () => ({ type: "leave_channel", channel_id: "1" }),
			"ping": () => ({ type: "ping" }),
			"renew token": auth,
		},
	},
};
