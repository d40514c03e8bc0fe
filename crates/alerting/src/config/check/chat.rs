use super::{Checker, inherit, inherit_secret};
use crate::config::Global;
use crate::config::read::Node;
use crate::config::receiver::{
    DiscordConfig, MsTeamsConfig, MsTeamsV2Config, RocketchatConfig, SLACK_ATTACHMENTS, SLACK_BLOCKS,
    SlackAction, SlackConfig, TelegramConfig, WebexConfig, WechatConfig,
};

const PARSE_MODES: [&str; 4] = ["", "HTML", "Markdown", "MarkdownV2"];

impl Checker<'_> {
    pub(super) fn slack(&mut self, slack: &mut SlackConfig, node: &Node, global: &Global) {
        self.either(node, "api_url", slack.api_url.is_some(), &slack.api_url_file);
        if slack.api_url.is_none() && slack.api_url_file.is_empty() {
            slack.api_url.clone_from(&global.slack_api_url);
            slack.api_url_file.clone_from(&global.slack_api_url_file);
        }
        let given = slack.api_url.is_some() || !slack.api_url_file.is_empty();
        self.inherited(node, given, "api_url", "slack_api_url");
        if !["", SLACK_ATTACHMENTS, SLACK_BLOCKS].contains(&slack.layout.as_str()) {
            let layout = &slack.layout;
            let reason = format!("layout {layout:?} is not known; write attachments or blocks");
            self.problem(node.place_of("layout"), reason);
        }
        for (field, node) in slack.fields.iter().zip(node.get("fields").items()) {
            self.needed(node, !field.title.is_empty(), || "the field has no title".to_owned());
            self.needed(node, !field.value.is_empty(), || "the field has no value".to_owned());
        }
        for (action, node) in slack.actions.iter_mut().zip(node.get("actions").items()) {
            self.slack_action(action, node);
        }
    }

    fn slack_action(&mut self, action: &mut SlackAction, node: &Node) {
        self.needed(node, !action.kind.is_empty(), || "the action has no type; write button".to_owned());
        self.needed(node, !action.text.is_empty(), || "the action has no text".to_owned());
        if action.url.is_empty() {
            let named = !action.name.is_empty();
            self.needed(node, named, || "the action has neither a url nor a name; give it one".to_owned());
        } else {
            // What a button that leads elsewhere does not send.
            action.name.clear();
            action.value.clear();
            action.confirm = None;
        }
        if let Some(confirm) = &action.confirm {
            let node = node.get("confirm");
            self.needed(node, !confirm.text.is_empty(), || "the confirmation has no text".to_owned());
        }
    }

    pub(super) fn discord(&mut self, discord: &mut DiscordConfig, node: &Node, _: &Global) {
        self.exactly(node, "webhook_url", discord.webhook_url.is_some(), &discord.webhook_url_file);
    }

    pub(super) fn msteams(&mut self, teams: &mut MsTeamsConfig, node: &Node, _: &Global) {
        self.exactly(node, "webhook_url", teams.webhook_url.is_some(), &teams.webhook_url_file);
    }

    pub(super) fn msteamsv2(&mut self, teams: &mut MsTeamsV2Config, node: &Node, _: &Global) {
        self.exactly(node, "webhook_url", teams.webhook_url.is_some(), &teams.webhook_url_file);
    }

    pub(super) fn telegram(&mut self, telegram: &mut TelegramConfig, node: &Node, global: &Global) {
        self.exactly(node, "bot_token", !telegram.bot_token.is_empty(), &telegram.bot_token_file);
        self.needed(node, telegram.chat_id != 0, || "chat_id is missing: the number of the chat".to_owned());
        if !PARSE_MODES.contains(&telegram.parse_mode.as_str()) {
            let mode = &telegram.parse_mode;
            let reason =
                format!("parse_mode {mode:?} is not known; write HTML, Markdown, MarkdownV2 or \"\"");
            self.problem(node.place_of("parse_mode"), reason);
        }
        inherit(&mut telegram.api_url, global.telegram_api_url.as_ref());
    }

    pub(super) fn webex(&mut self, webex: &mut WebexConfig, node: &Node, global: &Global) {
        self.needed(node, !webex.room_id.is_empty(), || "room_id is missing: the room to tell".to_owned());
        let authorized = webex.http_config.as_ref().is_some_and(|http| http.authorization.is_some());
        self.needed(node, authorized, || "http_config.authorization is missing: the bot's token".to_owned());
        inherit(&mut webex.api_url, global.webex_api_url.as_ref());
        self.inherited(node, webex.api_url.is_some(), "api_url", "webex_api_url");
    }

    pub(super) fn wechat(&mut self, wechat: &mut WechatConfig, node: &Node, global: &Global) {
        if wechat.message_type.is_empty() {
            "text".clone_into(&mut wechat.message_type);
        }
        if !["text", "markdown"].contains(&wechat.message_type.as_str()) {
            let reason =
                format!("message_type {:?} is not known; write text or markdown", wechat.message_type);
            self.problem(node.place_of("message_type"), reason);
        }
        inherit(&mut wechat.api_url, global.wechat_api_url.as_ref());
        if wechat.api_secret.is_empty() {
            wechat.api_secret.clone_from(&global.wechat_api_secret);
        }
        if wechat.corp_id.is_empty() {
            wechat.corp_id.clone_from(&global.wechat_api_corp_id);
        }
        self.inherited(node, wechat.api_url.is_some(), "api_url", "wechat_api_url");
        self.inherited(node, !wechat.api_secret.is_empty(), "api_secret", "wechat_api_secret");
        self.inherited(node, !wechat.corp_id.is_empty(), "corp_id", "wechat_api_corp_id");
    }

    pub(super) fn rocketchat(&mut self, chat: &mut RocketchatConfig, node: &Node, global: &Global) {
        self.either(node, "token", !chat.token.is_empty(), &chat.token_file);
        self.either(node, "token_id", !chat.token_id.is_empty(), &chat.token_id_file);
        inherit(&mut chat.api_url, global.rocketchat_api_url.as_ref());
        let from = (&global.rocketchat_token, &global.rocketchat_token_file);
        inherit_secret(&mut chat.token, &mut chat.token_file, from);
        let from = (&global.rocketchat_token_id, &global.rocketchat_token_id_file);
        inherit_secret(&mut chat.token_id, &mut chat.token_id_file, from);
        self.inherited(node, chat.token_source().is_some(), "token", "rocketchat_token");
        self.inherited(node, chat.token_id_source().is_some(), "token_id", "rocketchat_token_id");
    }
}
