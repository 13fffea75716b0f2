//! A shop in a database of its own: what the store's tests begin with.

use jiff::SignedDuration;
use rapport::domain::conversation::{Memory, Mood};
use rapport::domain::decision::Explanation;
use rapport::domain::{Author, Content, ConversationId, CustomerId, Entry};
use rapport::store::{Accepted, Agent, Change, Changed, NewAgent, NewMessage, Role, TurnCommit, TurnOutcome, TurnRef};

use super::databases::{Database, Engine};

/// A database with one inbox, one visitor and one agent.
pub struct Shop {
    pub database: Database,
    pub conversation: ConversationId,
    pub customer: Author,
    pub agent: Agent,
}

impl Shop {
    pub async fn new(engine: Engine) -> Self {
        let database = Database::new(engine).await;
        let store = &database.store;
        let inbox = store.create_inbox("demo", "Demo", &[]).await.unwrap().unwrap();
        let (_, visitor) = store.new_visitor(&inbox.id, None, Some("en")).await.unwrap();
        let new = NewAgent { name: "Ada".into(), email: None, role: Role::Agent, password_hash: None };
        let agent = store.create_agent(new).await.unwrap().unwrap();
        let customer = Author::customer(&visitor.customer_id);
        Self { conversation: visitor.conversation_id, customer, agent, database }
    }

    pub async fn say(&self, key: &str) -> Accepted {
        let message = NewMessage {
            conversation_id: self.conversation.clone(),
            author: self.customer.clone(),
            client_key: key.into(),
            contents: vec![Content::text(key)],
        };
        let until = self.database.clock.now() + SignedDuration::from_secs(4);
        self.database.store.accept_message(message, "this node", until).await.unwrap().unwrap()
    }

    pub async fn answer(&self, turn: &TurnRef, escalate: Option<&str>) -> TurnCommit {
        let outcome = TurnOutcome {
            author: Author::bot("Wick"),
            contents: vec![Content::text("one"), Content::text("two")],
            memory: Memory { failed_answers: 7, ..Memory::default() },
            escalate: escalate.map(str::to_owned),
            analysis: None,
            explanation: Explanation::default(),
            doubts: Vec::new(),
            asked: None,
        };
        self.database.store.commit_turn(turn, outcome).await.unwrap()
    }

    /// The bot's turn on a message after which the customer is that unhappy.
    pub async fn answer_unhappy(&self, turn: &TurnRef, unhappiness: f32, escalate: Option<&str>) {
        let mut memory = Memory::default();
        memory.remember_mood(Mood { seq: turn.message_seq, sentiment: -unhappiness, unhappiness });
        let outcome = TurnOutcome {
            author: Author::bot("Wick"),
            contents: vec![Content::text("I see.")],
            memory,
            escalate: escalate.map(str::to_owned),
            analysis: None,
            explanation: Explanation::default(),
            doubts: Vec::new(),
            asked: None,
        };
        self.database.store.commit_turn(turn, outcome).await.unwrap();
    }

    /// The same shop from the side of another visitor.
    pub async fn another(self) -> (Self, ConversationId) {
        let first = self.conversation.clone();
        let inbox = self.database.store.inbox_by_key("demo").await.unwrap().unwrap();
        let (_, visitor) = self.database.store.new_visitor(&inbox.id, None, None).await.unwrap();
        let customer = Author::customer(&visitor.customer_id);
        (Self { conversation: visitor.conversation_id, customer, ..self }, first)
    }

    pub fn customer_id(&self) -> CustomerId {
        CustomerId(self.customer.id.clone().unwrap())
    }

    pub async fn take(&self) -> Changed {
        let take = Change::Take { agent: self.agent.id.clone(), name: self.agent.name.clone() };
        self.database.store.change(&self.conversation, take).await.unwrap()
    }

    pub async fn log(&self) -> Vec<Entry> {
        self.database.store.entries(&self.conversation, 0, 1000).await.unwrap()
    }
}
