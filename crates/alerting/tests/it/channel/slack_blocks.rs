//! Slack's messages of blocks.

use serde_json::{Value, json};
use watchfire_alerting::channel::{
    self, ActionLinks, ENTROPY_BYTES, Entropy, Progress, Surroundings, default_templates,
};
use watchfire_alerting::{Config, Fingerprint};
use watchfire_template::{Env, Time};

use super::stage::{NOW, draft, next, one, table};

const HEAD: &str = "{route: {receiver: all}, receivers: [{name: all, slack_configs: \
                    [{api_url: 'https://hooks.slack.com/hunter', layout: blocks";

/// The attachment of a notification of the table, with these settings.
fn attachment(name: &str, settings: &str) -> Value {
    let receiver = one(&format!("{HEAD}{settings}}}]}}]}}"));
    let (_, notification) = table().into_iter().find(|(known, _)| *known == name).unwrap();
    let drafted = draft(&notification, &receiver, receiver.integrations()[0].0);
    let sent = next(&drafted, &receiver, &Progress::default()).unwrap();
    let channel::Outgoing::Http(request) = sent else { panic!("a request") };
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["attachments"].as_array().map(Vec::len), Some(1), "{body}");
    body["attachments"][0].clone()
}

#[test]
fn a_message_of_blocks() {
    let settings = ", text: '{{ .CommonAnnotations.summary }}', mentions: [here], footer: f, \
        image_url: 'https://wiki/a.png', thumb_url: 'https://wiki/b.png', \
        fields: [{title: a, value: '{{ .Status }}'}], \
        actions: [{type: button, text: Runbook, url: '{{ .CommonAnnotations.runbook_url }}', style: primary}, \
        {type: button, text: Ack, name: ack, value: v, style: default, confirm: {text: 'really?'}}]";
    let plain = |text: &str| json!({"type": "plain_text", "text": text, "emoji": true});
    let title = "[FIRING:2] DiskFull (node critical)";
    let picture = |url: &str| json!({"type": "image", "image_url": url, "alt_text": title});
    assert_eq!(
        attachment("firing", settings),
        json!({
            "color": "danger",
            "fallback": format!("{title} | http://localhost:3473/alerts?receiver=all"),
            "blocks": [
                {"type": "header", "text": plain(title)},
                {"type": "section", "text": {"type": "mrkdwn", "text": "The disk is full"},
                 "accessory": picture("https://wiki/b.png")},
                {"type": "section", "fields": [{"type": "mrkdwn", "text": "*a*\nfiring"}]},
                picture("https://wiki/a.png"),
                {"type": "actions", "elements": [
                    {"type": "button", "text": plain("Show"), "url": "http://localhost:3473/alerts?receiver=all"},
                    {"type": "button", "text": plain("Runbook"), "url": "https://wiki/disk", "style": "primary"},
                    {"type": "button", "text": plain("Ack"), "action_id": "ack", "value": "v", "confirm":
                        {"title": plain("Sure?"), "text": plain("really?"), "confirm": plain("Yes"), "deny": plain("No")}},
                ]},
                {"type": "context", "elements": [{"type": "mrkdwn", "text": "f"}]},
            ],
        })
    );
}

#[test]
fn what_slack_would_refuse_is_cut_or_left_out() {
    let many: Vec<String> = (0..30).map(|at| format!("{{title: t{at}, value: v}}")).collect();
    let settings = format!(
        ", text: '{{{{ .CommonAnnotations.description }}}}', image_url: 'file:///a.png', fields: [{}], \
         actions: [{{type: button, text: Runbook, url: '{{{{ .CommonAnnotations.runbook_url }}}}'}}]",
        many.join(", ")
    );
    let long = attachment("long", &settings);
    let blocks = long["blocks"].as_array().unwrap();
    let kinds: Vec<&str> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["header", "section", "section", "actions"]);
    let length = |value: &Value| value.as_str().unwrap().chars().count();
    assert_eq!((length(&blocks[0]["text"]["text"]), length(&blocks[1]["text"]["text"])), (150, 3000));
    assert_eq!(blocks[2]["fields"].as_array().map(Vec::len), Some(10));
    // Nothing leads to a runbook that there is not.
    assert_eq!(blocks[3]["elements"].as_array().map(Vec::len), Some(1));
    // Blocks there must be.
    let empty = attachment("firing", ", title: '', text: '', title_link: '', fallback: ''");
    assert_eq!(empty["blocks"].as_array().map(Vec::len), Some(1), "{empty}");
    assert_eq!(empty["blocks"][0]["type"], "section");
}

#[derive(Debug)]
struct Links;

impl ActionLinks for Links {
    fn link(&self, alert: Fingerprint) -> String {
        format!("http://localhost:3473/act/{alert}")
    }
}

#[test]
fn alerts_that_fire_have_a_button() {
    let receiver = one(&format!("{HEAD}}}]}}]}}"));
    let (integration, _) = receiver.integrations()[0];
    let set = default_templates();
    let buttons = |name: &str| -> Vec<String> {
        let (_, mut notification) = table().into_iter().find(|(known, _)| *known == name).unwrap();
        notification.integration = integration;
        let env = Env { external_url: "http://localhost:3473", ..Env::at(Time::from_millis(NOW).unwrap()) };
        let entropy = Entropy([7; ENTROPY_BYTES]);
        let around = Surroundings { set: &set, env, pictures: &[], links: Some(&Links), entropy };
        let drafted = channel::draft(&notification, &receiver, &around).unwrap();
        let blocks = drafted.content["attachments"][0]["blocks"].as_array().unwrap().clone();
        let actions = blocks.into_iter().find(|block| block["type"] == "actions").unwrap();
        let elements = actions["elements"].as_array().unwrap().clone();
        elements.iter().map(|button| button["text"]["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(buttons("firing"), ["Show", "Acknowledge 1: DiskFull", "Acknowledge 2: DiskFull"]);
    assert_eq!(buttons("mixed"), ["Show", "Acknowledge"]);
    assert_eq!(buttons("resolved"), ["Show"]);
}

#[test]
fn a_layout_that_is_not_known_is_refused() {
    let config = |layout: &str| {
        let text = format!("{HEAD}}}]}}]}}").replace("layout: blocks", &format!("layout: {layout}"));
        Config::parse("a.yml", &text)
    };
    assert!(config("blocks").is_ok() && config("attachments").is_ok() && config("''").is_ok());
    let refused = config("cards").unwrap_err().to_string();
    assert!(refused.contains("layout \"cards\" is not known; write attachments or blocks"), "{refused}");
}
