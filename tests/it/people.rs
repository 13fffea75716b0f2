//! Who is who: customers linked by what is proven, merged and parted by agents. Every body
//! runs on both databases.

use rapport::domain::{Contact, ConversationId, CustomerId, InboxId};
use rapport::store::{
    Identity, ImportedCustomer, Merge, Merging, Person, Proof, Reached, Resemblance, StoredFile, Track, Unmerging,
};
use rstest::rstest;
use serde_json::json;

use crate::support::databases::Engine;
use crate::support::shop::Shop;

const EMAIL: &str = "ann@mail.example";
const PHONE: &str = "+46705550122";

fn contact(kind: &str, value: &str) -> Contact {
    Contact { kind: kind.to_owned(), value: value.to_owned() }
}

fn ann() -> Identity {
    Identity { external_id: "C-1".into(), email: Some("Ann@Mail.example".into()), ..Identity::default() }
}

impl Shop {
    /// Somebody writes over a channel that has proven this.
    async fn reach(&self, place: &str, contact: Contact) -> Reached {
        let person = Person { contacts: vec![contact], ..Person::default() };
        self.database.store.reach(&self.inbox().await, place, &json!({}), &person, None).await.unwrap()
    }

    async fn inbox(&self) -> InboxId {
        self.database.store.inbox_by_key("demo").await.unwrap().unwrap().id
    }

    async fn merge(&self, kept: &CustomerId, merged: &CustomerId) -> Merge {
        match self.database.store.merge_customers(kept, merged, &self.agent.id).await.unwrap() {
            Merging::Done(merge) => merge,
            other => panic!("{other:?}"),
        }
    }

    async fn undo(&self, merge: &Merge) -> Unmerging {
        self.database.store.unmerge_customers(&merge.id).await.unwrap()
    }

    async fn conversations_of(&self, id: &CustomerId) -> Vec<ConversationId> {
        let mut found = self.database.store.facts(id).await.unwrap().unwrap().conversations;
        found.sort();
        found
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_vouches_for_joins_what_was_proven_in_a_channel(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(Proof::Signature, Proof::Import)] proof: Proof,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let by_mail = shop.reach("m1", contact("email", EMAIL)).await;
    let signed = Identity { proof, ..ann() };
    let (_, visitor) = store.new_visitor(&shop.inbox().await, Some(&signed), None).await.unwrap();
    assert_eq!(visitor.customer_id, by_mail.customer_id);
    let customer = store.customer(&by_mail.customer_id).await.unwrap().unwrap();
    assert_eq!(customer.external_id.as_deref(), Some("C-1"));

    // Now that the shop knows them, another of its customers with the same address is another.
    let other = Identity { external_id: "C-2".into(), ..signed.clone() };
    let (_, visitor) = store.new_visitor(&shop.inbox().await, Some(&other), None).await.unwrap();
    assert_ne!(visitor.customer_id, by_mail.customer_id);
    // And the first one stays who they are, whatever they change at the shop.
    let moved = Identity { email: Some("new@mail.example".into()), ..signed };
    let (_, visitor) = store.new_visitor(&shop.inbox().await, Some(&moved), None).await.unwrap();
    assert_eq!(visitor.customer_id, by_mail.customer_id);
    let found = store.customer_with(&contact("email", "new@mail.example")).await.unwrap();
    assert_eq!(found, Some(by_mail.customer_id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_an_import_links_once_it_says_its_country(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let by_phone = shop.reach("w1", contact("phone", PHONE)).await;
    let customer = |id: &str, phone: &str| ImportedCustomer {
        identity: Identity {
            external_id: id.into(),
            phone: Some(phone.into()),
            proof: Proof::Import,
            ..Identity::default()
        },
        ..ImportedCustomer::default()
    };
    store.import_customers(&[customer("C-8", "070 555 01 22"), customer("C-9", "+46 (0)70-555 01 22")]).await.unwrap();
    let known = store.customer(&by_phone.customer_id).await.unwrap().unwrap();
    assert_eq!((known.external_id.as_deref(), known.phone.as_deref()), (Some("C-9"), Some("+46 (0)70-555 01 22")));
    // The other way round: who is imported first is found when they write.
    store.import_customers(&[customer("C-10", "0046 8 123 456 78")]).await.unwrap();
    let reached = shop.reach("w2", contact("phone", "+46812345678")).await;
    let known = store.customer(&reached.customer_id).await.unwrap().unwrap();
    assert_eq!(known.external_id.as_deref(), Some("C-10"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_only_says_links_nobody(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let by_mail = shop.reach("m1", contact("email", EMAIL)).await;
    // Typed into the chat.
    store.set_contact(&shop.customer_id(), EMAIL).await.unwrap();
    assert!(store.contacts(&shop.customer_id()).await.unwrap().is_empty());
    // Beside a signature that does not cover it.
    let (_, visitor) = store.new_visitor(&shop.inbox().await, Some(&ann()), None).await.unwrap();
    assert_ne!(visitor.customer_id, by_mail.customer_id);
    assert!(store.contacts(&visitor.customer_id).await.unwrap().is_empty());
    assert_eq!(shop.reach("m2", contact("email", EMAIL)).await.customer_id, by_mail.customer_id);

    // An agent is told of all three.
    let me = store.customer(&shop.customer_id()).await.unwrap().unwrap();
    let mut found = store.maybe_same(&me).await.unwrap();
    found.sort_by_key(|one| one.profile.customer.id.clone());
    let ids: Vec<_> = found.iter().map(|one| one.profile.customer.id.clone()).collect();
    let mut expected = vec![by_mail.customer_id, visitor.customer_id];
    expected.sort();
    assert_eq!(ids, expected);
    assert!(found.iter().all(|one| one.resemblance == Resemblance::Email));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_keeps_the_conversation_they_began(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let inbox = shop.inbox().await;
    let by_mail = shop.reach("m1", contact("email", EMAIL)).await;
    let (token, visitor) = store.new_visitor(&inbox, None, None).await.unwrap();
    let signed = Identity { proof: Proof::Signature, ..ann() };
    assert!(store.identify(&visitor.customer_id, &signed).await.unwrap());
    let now = store.visitor(&inbox, &token).await.unwrap().unwrap();
    assert_eq!((now.customer_id.clone(), now.conversation_id), (by_mail.customer_id.clone(), visitor.conversation_id));
    assert_eq!(store.current_customer(&visitor.customer_id).await.unwrap(), by_mail.customer_id);
    // The same again changes nothing; somebody else on the same browser is somebody else.
    assert!(store.identify(&visitor.customer_id, &signed).await.unwrap());
    let other = Identity { external_id: "C-2".into(), ..Identity::default() };
    assert!(!store.identify(&now.customer_id, &other).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn parting_moves_back_what_merging_moved_and_nothing_else(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let inbox = shop.inbox().await;
    // Kept: an anonymous visitor. Merged: known to the shop, with one of everything.
    let kept = shop.customer_id();
    store.set_contact(&kept, "typed@mail.example").await.unwrap();
    let signed = Identity { name: Some("Ann".into()), proof: Proof::Signature, ..ann() };
    let (token, theirs) = store.new_visitor(&inbox, Some(&signed), Some("sv")).await.unwrap();
    let merged = theirs.customer_id.clone();
    let file = StoredFile {
        id: rapport::domain::FileId::generate(),
        customer_id: merged.clone(),
        name: "a.png".into(),
        media_type: "image/png".into(),
        bytes: 3,
    };
    store.add_file(&file).await.unwrap();
    let track = |customer: &CustomerId, conversation: &ConversationId| Track {
        customer_id: customer.clone(),
        conversation_id: conversation.clone(),
        name: "page_view".into(),
        properties: json!({}),
    };
    store.add_track(track(&merged, &theirs.conversation_id)).await.unwrap();
    let (own, other) = (shop.conversations_of(&kept).await, shop.conversations_of(&merged).await);

    let merge = shop.merge(&kept, &merged).await;
    assert_eq!(merge.conversations, other);
    let mut both: Vec<_> = own.iter().chain(&other).cloned().collect();
    both.sort();
    assert_eq!(shop.conversations_of(&kept).await, both);
    assert_eq!(store.visitor(&inbox, &token).await.unwrap().unwrap().customer_id, kept);
    assert_eq!(store.file(&file.id).await.unwrap().unwrap().customer_id, kept);
    assert_eq!(store.facts(&kept).await.unwrap().unwrap().tracks.len(), 1);
    assert_eq!(store.contacts(&kept).await.unwrap(), [contact("email", EMAIL)]);
    let customer = store.customer(&kept).await.unwrap().unwrap();
    assert_eq!(
        [
            customer.external_id.as_deref(),
            customer.name.as_deref(),
            customer.email.as_deref(),
            customer.locale.as_deref()
        ],
        [Some("C-1"), Some("Ann"), Some("typed@mail.example"), Some("en")],
        "what was empty is filled, what was there stays"
    );
    assert_eq!(store.current_customer(&merged).await.unwrap(), kept);
    assert_eq!(store.merges_of(&kept).await.unwrap(), std::slice::from_ref(&merge));
    // The shop's own customer comes back to the kept record, and so does a socket that
    // still has the old id.
    let (_, again) = store.new_visitor(&inbox, Some(&signed), None).await.unwrap();
    assert_eq!(again.customer_id, kept);
    store.add_track(track(&merged, &theirs.conversation_id)).await.unwrap();
    assert_eq!(store.facts(&kept).await.unwrap().unwrap().tracks.len(), 2);
    // What comes later belongs to the kept record.
    let later = shop.reach("m9", contact("email", EMAIL)).await;
    assert_eq!(later.customer_id, kept);

    assert!(matches!(shop.undo(&merge).await, Unmerging::Done(_)));
    assert_eq!(shop.conversations_of(&merged).await, other);
    let mut own_now = own.clone();
    own_now.push(later.conversation_id);
    own_now.sort();
    assert_eq!(shop.conversations_of(&kept).await, own_now);
    assert_eq!(store.visitor(&inbox, &token).await.unwrap().unwrap().customer_id, merged);
    assert_eq!(store.file(&file.id).await.unwrap().unwrap().customer_id, merged);
    assert_eq!(store.contacts(&merged).await.unwrap(), [contact("email", EMAIL)]);
    let (one, two) = (store.customer(&kept).await.unwrap().unwrap(), store.customer(&merged).await.unwrap().unwrap());
    assert_eq!((one.external_id, one.name), (None, None));
    assert_eq!((two.external_id.as_deref(), two.name.as_deref()), (Some("C-1"), Some("Ann")));
    assert_eq!(store.current_customer(&merged).await.unwrap(), merged);
    assert!(store.merges_of(&kept).await.unwrap().is_empty());
    assert_eq!(shop.undo(&merge).await, Unmerging::Already);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn merges_are_undone_from_the_outside(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let a = shop.reach("a", contact("email", "a@mail.example")).await;
    let b = shop.reach("b", contact("email", "b@mail.example")).await;
    let c = shop.reach("c", contact("email", "c@mail.example")).await;
    let try_to = async |kept: &Reached, merged: &Reached| {
        store.merge_customers(&kept.customer_id, &merged.customer_id, &shop.agent.id).await.unwrap()
    };
    let inner = shop.merge(&b.customer_id, &a.customer_id).await;
    let outer = shop.merge(&c.customer_id, &b.customer_id).await;
    assert_eq!(store.current_customer(&a.customer_id).await.unwrap(), c.customer_id);
    assert_eq!(shop.conversations_of(&c.customer_id).await.len(), 3);
    assert_eq!(try_to(&c, &a).await, Merging::Forwarded(b.customer_id.clone()));
    assert_eq!(try_to(&a, &c).await, Merging::Forwarded(b.customer_id.clone()));
    assert_eq!(try_to(&c, &c).await, Merging::Same);
    let nobody = CustomerId("cus_none".into());
    let missing = store.merge_customers(&nobody, &c.customer_id, &shop.agent.id).await.unwrap();
    assert_eq!(missing, Merging::Missing);

    assert_eq!(shop.undo(&inner).await, Unmerging::Later(c.customer_id.clone()));
    assert_eq!(store.current_customer(&a.customer_id).await.unwrap(), c.customer_id, "refused is unchanged");
    assert!(matches!(shop.undo(&outer).await, Unmerging::Done(_)));
    assert_eq!(shop.conversations_of(&b.customer_id).await.len(), 2);
    assert!(matches!(shop.undo(&inner).await, Unmerging::Done(_)));
    for one in [&a, &b, &c] {
        assert_eq!(shop.conversations_of(&one.customer_id).await, std::slice::from_ref(&one.conversation_id));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn silence_that_was_asked_for_holds_for_the_whole_person(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let silent = shop.reach("w", contact("phone", PHONE)).await.customer_id;
    store.set_opted_out(&silent, true).await.unwrap();
    let merge = shop.merge(&shop.customer_id(), &silent).await;
    assert!(store.opted_out(&shop.customer_id()).await.unwrap());
    shop.undo(&merge).await;
    assert!(!store.opted_out(&shop.customer_id()).await.unwrap() && store.opted_out(&silent).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_by_what_is_known_of_them(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let identity = Identity {
        name: Some("Märta Lindqvist".into()),
        phone: Some("+46 70 555 01 22".into()),
        proof: Proof::Import,
        ..ann()
    };
    store.import_customers(&[ImportedCustomer { identity, ..ImportedCustomer::default() }]).await.unwrap();
    let marta = store.customer_with(&contact("phone", PHONE)).await.unwrap().unwrap();
    let find = async |words: &str| -> Vec<CustomerId> {
        let found = store.find_customers(words).await.unwrap();
        found.into_iter().map(|one| one.customer.id).collect()
    };
    for words in ["lindq", "ANN@mail", "C-1", "555 01", "+46-70-555", "705550122"] {
        assert_eq!(find(words).await, std::slice::from_ref(&marta), "{words}");
    }
    assert!(find("100%").await.is_empty() && find("_____").await.is_empty());
    // A merged record is found as the one that it is part of.
    shop.merge(&shop.customer_id(), &marta).await;
    assert_eq!(find("lindq").await, [shop.customer_id()]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_shop_forgets_its_silent_customers(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let import = |id: &str, email: &str| ImportedCustomer {
        identity: Identity {
            external_id: id.into(),
            email: Some(email.into()),
            proof: Proof::Import,
            ..Identity::default()
        },
        ..ImportedCustomer::default()
    };
    store.import_customers(&[import("C-1", EMAIL), import("C-2", "b@mail.example")]).await.unwrap();
    let wrote = shop.reach("m", contact("email", EMAIL)).await.customer_id;
    store.empty_shop().await.unwrap();
    assert_eq!(store.customer_with(&contact("email", EMAIL)).await.unwrap(), Some(wrote));
    assert_eq!(store.customer_with(&contact("email", "b@mail.example")).await.unwrap(), None);
    assert!(store.find_customers("C-2").await.unwrap().is_empty());
}
