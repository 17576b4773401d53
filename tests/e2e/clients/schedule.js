// SPDX-License-Identifier: GPL-3.0-or-later
// As its document prints it, letter by letter; a test changes host, port and token.
class ScheduleWebSocket {
    constructor(token) {
        this.token = token;
        this.ws = null;
        this.reconnectAttempts = 0;
        this.maxReconnectAttempts = 5;
        this.reconnectDelay = 1000;
    }

    connect() {
        const wsUrl = `ws://localhost:8000/ws?token=${this.token}`;
        this.ws = new WebSocket(wsUrl);

        this.ws.onopen = this.onOpen.bind(this);
        this.ws.onmessage = this.onMessage.bind(this);
        this.ws.onclose = this.onClose.bind(this);
        this.ws.onerror = this.onError.bind(this);
    }

    onOpen(event) {
        console.log('WebSocket connected');
        this.reconnectAttempts = 0;

        // Subscribe to relevant events
        this.subscribe(['schedule', 'notification']);
    }

    onMessage(event) {
        try {
            const message = JSON.parse(event.data);
            this.handleMessage(message);
        } catch (error) {
            console.error('Error parsing WebSocket message:', error);
        }
    }

    onClose(event) {
        console.log('WebSocket disconnected:', event.code, event.reason);

        if (!event.wasClean && this.reconnectAttempts < this.maxReconnectAttempts) {
            setTimeout(() => {
                this.reconnectAttempts++;
                console.log(`Reconnection attempt ${this.reconnectAttempts}`);
                this.connect();
            }, this.reconnectDelay * Math.pow(2, this.reconnectAttempts));
        }
    }

    onError(error) {
        console.error('WebSocket error:', error);
    }

    handleMessage(message) {
        switch (message.type) {
            case 'schedule':
                this.handleScheduleUpdate(message);
                break;
            case 'notification':
                this.handleNotification(message);
                break;
            case 'error':
                this.handleError(message);
                break;
            default:
                console.log('Unknown message type:', message.type);
        }
    }

    handleScheduleUpdate(message) {
        const { action, data } = message;

        switch (action) {
            case 'created':
                console.log('New schedule created:', data);
                // Update UI with new schedule
                break;
            case 'updated':
                console.log('Schedule updated:', data);
                // Update existing schedule in UI
                break;
            case 'deleted':
                console.log('Schedule deleted:', data);
                // Remove schedule from UI
                break;
        }
    }

    handleNotification(message) {
        const { action, data } = message;

        if (action === 'created') {
            // Show notification to user
            this.showNotification(data);
        }
    }

    handleError(message) {
        const { data } = message;
        console.error('WebSocket error:', data.message);

        if (data.code === 'INVALID_TOKEN') {
            // Redirect to login
            window.location.href = '/login';
        }
    }

    subscribe(events) {
        this.send({
            type: 'subscription',
            action: 'subscribe',
            data: { events }
        });
    }

    send(message) {
        if (this.ws && this.ws.readyState === WebSocket.OPEN) {
            this.ws.send(JSON.stringify(message));
        } else {
            console.warn('WebSocket not connected');
        }
    }

    showNotification(notification) {
        // Implementation depends on your notification system
        if ('Notification' in window && Notification.permission === 'granted') {
            new Notification(notification.title, {
                body: notification.message,
                icon: '/favicon.ico'
            });
        }
    }

    disconnect() {
        if (this.ws) {
            this.ws.close(1000, 'Client disconnecting');
        }
    }
}

// Usage
const token = localStorage.getItem('access_token');
const wsClient = new ScheduleWebSocket(token);
wsClient.connect();
