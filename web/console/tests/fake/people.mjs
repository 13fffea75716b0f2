// Invented customers and what they say, for the fake server.

export const NAMES = ["Anneke De Vos", "Pieter Claes", "", "Lea Fontaine", "", "Tom Baker", "Ines Moreau", "", "Jonas Lind", "Maya Haddad", "", "Sofie Peeters"];

export const TALKS = [
  {
    reason: "The customer is unhappy",
    unhappiness: 0.91,
    value: "412.60",
    says: [
      ["customer", "Hi, where is my order AW-10482? It should have been here on Monday.", -0.1, 0.32, "order_status"],
      ["bot", "Order AW-10482 left us on 16 November with BPost and is expected by 20 November."],
      ["customer", "That is what you told me last week. It is the third time I ask!", -0.62, 0.78, "delivery_problem"],
      ["answer", "Parcels can take **two days longer** in the weeks before the holidays. If yours has not come three days after the expected day, we send it again or give the money back."],
      ["customer", "I do not want to read articles. This is ridiculous, I want to talk to a real person.", -0.88, 0.91, "talk_to_human"],
      ["queued"],
    ],
  },
  {
    reason: "The customer asked for a person",
    unhappiness: 0.44,
    value: "89.00",
    says: [
      ["customer", "My lamp arrived broken, the glass is in pieces", -0.4, 0.41, "damaged_item"],
      ["answer", "We are sorry that happened. Send us a photograph and your order number within 14 days of delivery, and you choose a replacement or a refund."],
      ["customer", "Can someone call me about it please?", -0.15, 0.44, "talk_to_human"],
      ["queued"],
    ],
  },
  {
    unhappiness: 0.08,
    value: "0",
    says: [
      ["customer", "Do you ship to Norway?", 0.05, 0.08, "delivery_countries"],
      ["answer", "Yes. We deliver to Norway in 4 to 6 working days; customs duties are added at the border."],
      ["customer", "Great, thanks!", 0.82, 0.04, "thanks"],
    ],
  },
  {
    unhappiness: 0.21,
    value: "158.80",
    says: [
      ["customer", "I'm looking for a warm blanket under 60 euros", 0.1, 0.06, "find_product"],
      ["products"],
      ["customer", "Is the grey one in stock in the big size?", 0.02, 0.21, "stock"],
    ],
  },
  { unhappiness: 0.63, value: "24.90", says: [["customer", "The discount code does not work, again", -0.48, 0.63, "discount_problem"], ["bot", "Which code is it? I can look at it for you."]] },
];

export const ORDERS = [
  {
    number: "AW-10482",
    placed_at: "2026-11-14T09:12:00Z",
    status: "shipped",
    total: "158.80",
    currency: "EUR",
    lines: [
      { sku: "AW-THR-SKAGEN-GREY", title: "Skagen wool throw", quantity: 2, price: "59.90" },
      { sku: "AW-LMP-TORVA", title: "Torva table lamp", quantity: 1, price: "39.00" },
    ],
    carrier: "BPost",
    tracking: "3232 1002 0045 11",
    expected_by: "2026-11-20",
    note: "Second parcel; the first was lost on the way.",
  },
  { number: "AW-10201", placed_at: "2026-08-02T18:40:00Z", status: "delivered", total: "253.80", currency: "EUR", lines: [{ sku: "AW-BED-LINEN-180", title: "Linen bed set 180", quantity: 1, price: "253.80" }], delivered_at: "2026-08-06" },
];

export const SUGGESTIONS = [
  { text: "I am sorry about this. Your parcel left us on the 16th and has not been scanned since, so I have **sent it again today**, at no cost.", article: "lost-parcel", title: "My parcel is late or lost", section: "When we send it again", url: "/help/lost-parcel", confidence: 0.81 },
  { text: "You can have your money back instead: it is with you within five working days.", article: "refunds", title: "Refunds", section: "How long it takes", url: "/help/refunds", confidence: 0.52 },
];

export const CANNED = [
  { id: "can_1", shortcut: "hello", title: "Greeting", text: "Hello {customer}, this is {agent}. I have read what you wrote, so you need not tell it again." },
  { id: "can_2", shortcut: "photo", title: "Ask for a photograph", text: "Could you send me a photograph of it? Then I can send a new one today." },
  { id: "can_3", shortcut: "bye", title: "Goodbye", text: "Thank you for your patience. Have a good day!" },
];
