//! Mails as mail programs write them: what is new in them, and which of them are machines'.

use mail_parser::{Message, MessageParser};
use rstest::rstest;

use super::*;
use crate::mail::reference::{anchor, message_id, reference};

fn parsed(raw: &str) -> Message<'_> {
    MessageParser::default().parse(raw.as_bytes()).expect("it is a mail")
}

/// A plain mail from a customer, with these headers more and this body.
fn mail(headers: &str, body: &str) -> String {
    format!(
        "Return-Path: <ann@post.example>\nFrom: Ann Lee <ann@post.example>\nTo: support@shop.example\n\
         Message-ID: <a1@post.example>\nMIME-Version: 1.0\n{headers}\n{body}"
    )
}

fn plain(body: &str) -> String {
    mail("Subject: Re: My order\nContent-Type: text/plain; charset=utf-8\n", body)
}

fn html(body: &str) -> String {
    mail("Subject: Re: My order\nContent-Type: text/html; charset=utf-8\n", body)
}

#[rstest]
#[case::gmail(
    "Yes please.\n\nOn Mon, May 4, 2026 at 10:12 AM Alder & Wick <support@shop.example> wrote:\n\n> Shall we send it again?\n>\n",
    "Yes please."
)]
#[case::gmail_on_two_lines(
    "Yes please.\n\nOn Mon, May 4, 2026 at 10:12 AM Alder & Wick <\nsupport@shop.example> wrote:\n\n> Shall we?\n",
    "Yes please."
)]
#[case::gmail_german(
    "Ja, gerne!\n\nAm Mo., 4. Mai 2026 um 10:12 Uhr schrieb Alder & Wick <support@shop.example>:\n\n> Sollen wir?\n",
    "Ja, gerne!"
)]
#[case::gmail_french(
    "Oui, merci.\n\nLe lun. 4 mai 2026 à 10:12, Alder & Wick <support@shop.example> a écrit :\n\n> Voulez-vous ?\n",
    "Oui, merci."
)]
#[case::gmail_dutch(
    "Graag.\n\nOp ma 4 mei 2026 om 10:12 schreef Alder & Wick <support@shop.example>:\n\n> Zullen we?\n",
    "Graag."
)]
#[case::gmail_spanish(
    "Sí, por favor.\n\nEl lun, 4 may 2026 a las 10:12, Alder & Wick (<support@shop.example>) escribió:\n\n> ¿Quiere?\n",
    "Sí, por favor."
)]
#[case::apple_mail(
    "It is blue.\n\n> On 4 May 2026, at 10:12, Alder & Wick <support@shop.example> wrote:\n> \n> Which colour is it?\n",
    "It is blue."
)]
#[case::iphone(
    "It is blue.\n\nSent from my iPhone\n\n> On 4 May 2026, at 10:12, Alder & Wick <support@shop.example> wrote:\n> \n> Which colour?\n",
    "It is blue."
)]
#[case::iphone_german(
    "Sie ist blau.\n\nVon meinem iPhone gesendet\n\n> Am 04.05.2026 um 10:12 schrieb Alder & Wick <support@shop.example>:\n> \n> Welche Farbe?\n",
    "Sie ist blau."
)]
#[case::iphone_french(
    "Elle est bleue.\n\nEnvoyé de mon iPhone\n\n> Le 4 mai 2026 à 10:12, Alder & Wick <support@shop.example> a écrit :\n> \n> Quelle couleur ?\n",
    "Elle est bleue."
)]
#[case::iphone_dutch(
    "Hij is blauw.\n\nVerstuurd vanaf mijn iPhone\n\n> Op 4 mei 2026 om 10:12 heeft Alder & Wick <support@shop.example> het volgende geschreven:\n> \n> Welke kleur?\n",
    "Hij is blauw."
)]
#[case::iphone_spanish(
    "Es azul.\n\nEnviado desde mi iPhone\n\n> El 4 may 2026, a las 10:12, Alder & Wick <support@shop.example> escribió:\n> \n> ¿Qué color?\n",
    "Es azul."
)]
#[case::thunderbird_below(
    "On 04/05/2026 10:12, Alder & Wick wrote:\n> Which colour is it?\n\nIt is blue.\n\n> And the size?\n\nLarge.\n\n-- \nAnn Lee\nPost Street 1\n",
    "It is blue.\n\nLarge."
)]
#[case::thunderbird_german("Am 04.05.26 um 10:12 schrieb Alder & Wick:\n> Welche Farbe?\nBlau.\n", "Blau.")]
#[case::outlook_original(
    "Never arrived.\n\n-----Original Message-----\nFrom: Alder & Wick <support@shop.example>\nSent: Monday, May 4, 2026 10:12 AM\nTo: Ann Lee\nSubject: Re: My order\n\nHas it arrived?\n",
    "Never arrived."
)]
#[case::outlook_header(
    "Never arrived.\n\nFrom: Alder & Wick <support@shop.example>\nSent: Monday, May 4, 2026 10:12 AM\nTo: Ann Lee <ann@post.example>\nSubject: Re: My order\n\nHas it arrived?\n",
    "Never arrived."
)]
#[case::outlook_rule(
    "Never arrived.\n\n________________________________\nFrom: Alder & Wick <support@shop.example>\nSent: Monday, May 4, 2026 10:12 AM\nTo: Ann Lee\nSubject: Re: My order\n\nHas it arrived?\n",
    "Never arrived."
)]
#[case::outlook_german(
    "Nie angekommen.\n\nVon: Alder & Wick <support@shop.example>\nGesendet: Montag, 4. Mai 2026 10:12\nAn: Ann Lee <ann@post.example>\nBetreff: Re: My order\n\nIst es da?\n",
    "Nie angekommen."
)]
#[case::outlook_original_german(
    "Nie angekommen.\n\n-----Ursprüngliche Nachricht-----\nVon: Alder & Wick\nGesendet: Montag, 4. Mai 2026 10:12\nAn: Ann\nBetreff: My order\n\nIst es da?\n",
    "Nie angekommen."
)]
#[case::outlook_french(
    "Jamais arrivé.\n\nDe : Alder & Wick <support@shop.example>\nEnvoyé : lundi 4 mai 2026 10:12\nÀ : Ann Lee\nObjet : Re: My order\n\nEst-il arrivé ?\n",
    "Jamais arrivé."
)]
#[case::outlook_dutch(
    "Nooit aangekomen.\n\nVan: Alder & Wick <support@shop.example>\nVerzonden: maandag 4 mei 2026 10:12\nAan: Ann Lee\nOnderwerp: Re: My order\n\nIs het er?\n",
    "Nooit aangekomen."
)]
#[case::outlook_spanish(
    "Nunca llegó.\n\nDe: Alder & Wick <support@shop.example>\nEnviado el: lunes, 4 de mayo de 2026 10:12\nPara: Ann Lee\nAsunto: Re: My order\n\n¿Ha llegado?\n",
    "Nunca llegó."
)]
#[case::outlook_telephone(
    "Never arrived.\n\nGet Outlook for iOS<https://aka.example/ios>\n________________________________\nFrom: Alder & Wick\nSent: Monday, May 4, 2026 10:12:00 AM\nTo: Ann\nSubject: Re: My order\n\nHas it?\n",
    "Never arrived."
)]
#[case::gmx(
    "Danke!\n-- \nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\nAm 04.05.26, 10:12 schrieb Alder & Wick <support@shop.example>:\n> Gern\n",
    "Danke!"
)]
#[case::yahoo(
    "Thanks!\n\nSent from Yahoo Mail for iPhone\n\nOn Monday, May 4, 2026, 10:12 AM, Alder & Wick <support@shop.example> wrote:\n\nHas it arrived?\n",
    "Thanks!"
)]
#[case::proton(
    "Thanks!\n\nSent with Proton Mail secure email.\n\nOn Monday, May 4th, 2026 at 10:12 AM, Alder & Wick <support@shop.example> wrote:\n\n> Has it?\n",
    "Thanks!"
)]
#[case::proton_date_first(
    "Thanks!\n\n2026-05-04 10:12 GMT+02:00 Alder & Wick <support@shop.example>:\n\n> Has it?\n",
    "Thanks!"
)]
#[case::only_a_number(
    "2\n\nOn Mon, May 4, 2026 at 10:12 AM Alder & Wick <support@shop.example> wrote:\n> 1. Blanket\n> 2. Throw\n",
    "2"
)]
#[case::nothing_new("\n\nOn Mon, May 4, 2026 at 10:12 AM Alder & Wick <support@shop.example> wrote:\n> Has it?\n", "")]
#[case::no_quote(
    "Hello,\n\nfrom: the north to the south, do you ship everywhere?\nI wrote on Monday: nobody answered.\n\n\n\nAnn",
    "Hello,\n\nfrom: the north to the south, do you ship everywhere?\nI wrote on Monday: nobody answered.\n\nAnn"
)]
#[case::on_and_wrote(
    "On Monday the courier wrote: nobody was at home.\nThat is not true.",
    "On Monday the courier wrote: nobody was at home.\nThat is not true."
)]
#[case::from_in_a_list("From: Oslo\nTo: Bergen\nWhat does it cost?", "From: Oslo\nTo: Bergen\nWhat does it cost?")]
fn of_a_plain_mail_only_what_is_new_is_kept(#[case] body: &str, #[case] words_of_it: &str) {
    let raw = plain(body);
    assert_eq!(words(&parsed(&raw)), words_of_it);
    let raw = raw.replace('\n', "\r\n");
    assert_eq!(words(&parsed(&raw)), words_of_it, "with the line ends of the wire");
}

#[rstest]
#[case::gmail(
    "<div dir=\"ltr\">It is <b>blue</b>.<div><br></div></div><br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">On Mon, May 4, 2026 at 10:12 AM Alder &amp; Wick &lt;<a href=\"mailto:support@shop.example\">support@shop.example</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0\">Which colour?</blockquote></div>",
    "It is blue."
)]
#[case::apple(
    "<html><head><style>body { color: red }</style></head><body>It is blue.<div><br><blockquote type=\"cite\"><div>On 4 May 2026, at 10:12, Alder wrote:</div><div>Which?</div></blockquote></div></body></html>",
    "It is blue."
)]
#[case::outlook_web(
    "<html><body><div style=\"font-size:12pt\">Never arrived.</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Alder<br><b>Sent:</b> Monday<br></div><div>Has it?</div></body></html>",
    "Never arrived."
)]
#[case::outlook_desktop(
    "<div class=WordSection1><p class=MsoNormal>Never arrived.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> Alder &amp; Wick &lt;support@shop.example&gt;<br><b>Sent:</b> Monday, May 4, 2026 10:12 AM<br><b>To:</b> Ann<br><b>Subject:</b> Re: My order</p></div><p class=MsoNormal>Has it?</p></div>",
    "Never arrived."
)]
#[case::thunderbird(
    "<p>Blue.</p><div class=\"moz-cite-prefix\">On 04/05/2026 10:12, Alder wrote:<br></div><blockquote type=\"cite\" cite=\"mid:1\"><p>Which?</p></blockquote><p>And large.</p><div class=\"moz-signature\">-- <br>Ann</div>",
    "Blue.\n\nAnd large."
)]
#[case::gmx(
    "<div>Danke!<div>&nbsp;<div name=\"quote\" style=\"margin:10px\"><div><b>Gesendet:</b> Montag</div><div>Gern</div></div></div></div>",
    "Danke!"
)]
#[case::yahoo(
    "<div class=\"ydp1\"><div>Thanks!</div></div><div class=\"yahoo_quoted\"><div>On Monday, Alder wrote:</div><div>Has it?</div></div>",
    "Thanks!"
)]
#[case::signature("<div>Thanks!</div><div class=\"gmail_signature\"><div>Ann Lee</div></div>", "Thanks!")]
#[case::list("<ul><li>one</li><li>two &lt; 3</li></ul>", "- one\n\n- two < 3")]
#[case::a_bare_less_than("<p>5 < 6 &amp; true</p>", "5 < 6 & true")]
fn of_a_mail_in_html_only_what_is_new_is_kept(#[case] body: &str, #[case] words_of_it: &str) {
    assert_eq!(words(&parsed(&html(body))), words_of_it);
}

#[test]
fn what_is_passed_on_is_what_the_mail_is_about() {
    let body = "See below.\n\n-----Original Message-----\nFrom: Courier\nSent: Monday\nSubject: Parcel\n\nReturned to sender.\n";
    let raw = mail("Subject: WG: Parcel\nContent-Type: text/plain\n", body);
    assert!(words(&parsed(&raw)).contains("Returned to sender."));
}

#[test]
fn both_forms_of_a_mail_say_it_once_and_files_are_kept() {
    let raw = mail(
        "Subject: =?utf-8?q?Zerbr=C3=B6selt?=\nContent-Type: multipart/mixed; boundary=x\n",
        "--x\nContent-Type: multipart/alternative; boundary=y\n\n--y\nContent-Type: text/plain; charset=iso-8859-1\n\
         Content-Transfer-Encoding: quoted-printable\n\nSch=F6n, aber kaputt.\n--y\nContent-Type: text/html\n\n\
         <p>Sch&ouml;n, aber kaputt.</p>\n--y--\n--x\nContent-Type: image/png; name=\"a b.png\"\n\
         Content-Disposition: inline; filename=\"a b.png\"\nContent-ID: <1>\nContent-Transfer-Encoding: base64\n\nAAEC\n\
         --x\nContent-Type: application/pgp-signature\n\nabc\n--x--\n",
    );
    let mail = parsed(&raw);
    assert_eq!((words(&mail).as_str(), subject(&mail).as_str()), ("Schön, aber kaputt.", "Zerbröselt"));
    let kept = files(&mail);
    let expected = Attached { name: "a b.png".into(), media_type: "image/png".into(), bytes: vec![0, 1, 2] };
    assert_eq!(kept, [expected]);
    assert_eq!(sender(&mail), Some(("ann@post.example".into(), Some("Ann Lee".into()))));
}

#[rstest]
#[case::exim_vacation("Auto-Submitted: auto-replied\nSubject: I am away\n")]
#[case::with_a_comment("Auto-Submitted: auto-generated; owner-email=\"x@post.example\"\nSubject: Ticket\n")]
#[case::exchange("X-Auto-Response-Suppress: DR, OOF, AutoReply\nSubject: Holidays\n")]
#[case::exchange_all("X-Auto-Response-Suppress: All\nSubject: Holidays\n")]
#[case::cpanel("X-Autorespond: My order\nSubject: Thanks\n")]
#[case::bulk("Precedence: bulk\nSubject: Sale\n")]
#[case::junk("Precedence: Junk\nSubject: Sale\n")]
#[case::a_list("Precedence: list\nList-Id: <news.post.example>\nSubject: [news] Sale\n")]
#[case::newsletter("List-Unsubscribe: <https://post.example/u>\nSubject: Sale\n")]
#[case::outlook("Subject: Automatic reply: My order\n")]
#[case::outlook_german("Subject: Automatische Antwort: Bestellung\n")]
#[case::outlook_french("Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A?= Commande\n")]
#[case::outlook_dutch("Subject: Automatisch antwoord: Bestelling\n")]
#[case::outlook_spanish("Subject: =?utf-8?q?Respuesta_autom=C3=A1tica=3A?= Pedido\n")]
#[case::german_notice("Subject: Abwesenheitsnotiz: Bestellung\n")]
#[case::english("Subject: Out of Office: Re: My order\n")]
#[case::read_receipt(
    "Content-Type: multipart/report; report-type=disposition-notification; boundary=x\nSubject: Read\n"
)]
fn automatic_mails_are_recognised(#[case] headers: &str) {
    let raw = mail(headers, "I am away.");
    assert!(matches!(machine(&parsed(&raw), "ann@post.example"), Some(Machine::Notice(_))), "{headers}");
}

#[rstest]
#[case("Subject: My order\n")]
#[case("Auto-Submitted: no\nSubject: My order\n")]
#[case("Subject: My automatic reply does not work\n")]
#[case("Subject: Re: Out of stock\nPrecedence: first-class\n")]
fn people_are_no_machines(#[case] headers: &str) {
    let raw = mail(headers, "Hello");
    assert_eq!(machine(&parsed(&raw), "ann@post.example"), None);
}

#[rstest]
#[case("noreply@post.example")]
#[case("MAILER-DAEMON@post.example")]
fn who_reads_nothing_is_not_answered(#[case] from: &str) {
    let raw = mail("Subject: My order\n", "Hello");
    assert!(machine(&parsed(&raw), from).is_some());
}

#[test]
fn an_empty_return_path_is_a_machine() {
    let raw = mail("Subject: My order\n", "Hello").replace("Return-Path: <ann@post.example>", "Return-path: <>");
    assert!(machine(&parsed(&raw), "ann@post.example").is_some());
}

fn report(status: &str, action: &str, diagnostic: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.test>\nMessage-ID: <E1@mx.test>\n\
         Auto-Submitted: auto-replied\nSubject: Mail delivery failed\n\
         Content-Type: multipart/report; report-type=\"delivery-status\"; boundary=x\nMIME-Version: 1.0\n\n\
         --x\nContent-Type: text/plain\n\nIt could not be delivered.\n--x\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.test\n\nAction: {action}\nFinal-Recipient: rfc822;ann@post.example\nStatus: {status}\n\
         {diagnostic}--x\nContent-Type: message/rfc822\n\nFrom: support@shop.example\nMessage-ID: <m1.rapport.p.c@shop.example>\n\
         References: <a1@post.example> <m0.rapport.p.c@shop.example>\nSubject: Re: My order\n\nHello\n--x--\n"
    )
}

#[rstest]
#[case("5.1.1", "", "the mail came back: there is no such address")]
#[case(
    "5.0.0",
    "Diagnostic-Code:\n smtp; 550 5.1.1 <ann@post.example>\n No such user\n",
    "the mail came back: there is no such address (550 5.1.1 <ann@post.example> No such user)"
)]
#[case("5.2.2", "Diagnostic-Code: smtp; 552 full\n", "the mail came back: the customer's mailbox is full (552 full)")]
#[case("4.4.7", "", "the mail came back: the customer's server could not be reached")]
#[case("5.7.1", "", "the mail came back: the customer's server does not let us write to them")]
#[case("5.0.0", "", "the mail came back")]
fn a_bounce_names_its_mail_and_the_reason(#[case] status: &str, #[case] diagnostic: &str, #[case] reason: &str) {
    let raw = report(status, "failed", diagnostic);
    let expected = Machine::Bounce { message_id: "m1.rapport.p.c@shop.example".into(), reason: reason.into() };
    assert_eq!(machine(&parsed(&raw), "mailer-daemon@mx.test"), Some(expected));
}

#[test]
fn a_mail_that_is_only_late_has_not_failed() {
    let raw = report("4.4.1", "delayed", "");
    assert!(matches!(machine(&parsed(&raw), "mailer-daemon@mx.test"), Some(Machine::Notice(_))));
}

#[rstest]
#[case("mx.shop.example; dmarc=pass header.from=post.example", true)]
#[case("MX.shop.example 1; spf=fail; dmarc=pass (p=REJECT) header.from=post.example", true)]
#[case("mx.shop.example; dkim=pass header.d=post.example header.s=s1", true)]
#[case("mx.shop.example; dkim=pass header.i=@post.example", true)]
#[case("mx.shop.example; dkim=pass header.d=else.example; dmarc=fail header.from=post.example", false)]
#[case("mx.shop.example; dkim=pass header.d=example", false)]
#[case("mx.shop.example; dmarc=pass header.from=else.example", false)]
#[case("mx.shop.example; dmarc=fail (dmarc=pass)", false)]
#[case("mx.shop.example; none", false)]
#[case("mx.else.example; dmarc=pass header.from=post.example", false)]
#[case(
    "mx.else.example; dmarc=fail\nAuthentication-Results: mx.shop.example; dmarc=pass header.from=post.example",
    false
)]
fn only_the_topmost_word_of_our_own_server_proves_a_sender(#[case] results: &str, #[case] proven: bool) {
    let raw = format!("Authentication-Results: {results}\n{}", mail("Subject: My order\n", "Hello"));
    assert_eq!(is_proven(&parsed(&raw), "ann@post.example", "mx.shop.example"), proven);
    assert!(!is_proven(&parsed(&raw), "ann@post.example", ""), "without a name nobody is believed");
}

#[test]
fn two_senders_prove_neither() {
    let raw = "Authentication-Results: mx.shop.example; dmarc=pass\nFrom: ann@post.example, eve@post.example\n\nHello";
    assert!(!is_proven(&parsed(raw), "ann@post.example", "mx.shop.example"));
}

#[test]
fn a_thread_is_its_first_mail_and_its_sender() {
    let first = mail("Subject: My order\n", "Hello");
    let first = threaded("secret", &parsed(&first), "ann@post.example");
    let second = mail("Subject: Re: My order\n", "And?")
        .replace("<a1@", "<a2@")
        .replace("Subject:", "In-Reply-To: <a1@post.example>\nReferences: <a1@post.example>\nSubject:");
    let again = threaded("secret", &parsed(&second), "ann@post.example");
    assert_eq!((&again.place, first.begins, again.begins), (&first.place, true, false));
    assert_eq!(again.follows, ["a1@post.example", "a2@post.example"]);
    assert_ne!(threaded("secret", &parsed(&second), "eve@post.example").place, first.place);
    assert_eq!(again.resume, None);
}

fn encoded(text: &str) -> String {
    text.replace('_', "=5F").replace('.', "=2E").replace('@', "=40")
}

#[rstest]
#[case::in_the_answered_id("cnv_0199", "ann@post.example", Some("cnv_0199"))]
#[case::for_somebody_else("cnv_0199", "eve@post.example", None)]
#[case::a_thread_of_mails("m0123", "ann@post.example", None)]
fn our_reference_leads_back_to_its_place(#[case] place: &str, #[case] from: &str, #[case] resumed: Option<&str>) {
    let ours = reference("secret", place, "ann@post.example");
    let ids = [message_id("m1", &ours, "shop.example"), anchor(&ours, "shop.example")];
    for headers in [
        format!("In-Reply-To: <{}>\n", ids[0]),
        format!(
            "In-Reply-To: <given-by-the-server@else.example>\nReferences: <{}> <given-by-the-server@else.example>\n",
            ids[1]
        ),
        format!("References: <x@post.example>\n\t<{}>\n", ids[0]),
        // As Python writes it.
        format!("In-Reply-To: =?utf-8?q?=3C{}?=\n =?utf-8?q?{}=3E?=\n", encoded(&ids[0][..30]), encoded(&ids[0][30..])),
    ] {
        let raw = mail(&format!("{headers}Subject: Re: My order\n"), "Hello");
        let threaded = threaded("secret", &parsed(&raw), from);
        assert_eq!(threaded.resume.as_ref().map(|id| id.as_str()), resumed, "{headers}");
        assert_eq!(threaded.place == place, from == "ann@post.example", "{headers}");
        assert_ne!(super::threaded("another", &parsed(&raw), from).place, place, "a forged one leads nowhere");
    }
}
