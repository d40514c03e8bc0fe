//! Where alerts go, and how that is explained.

use watchfire_alerting::routing::{GroupBy, Outcome, RouteId};
use watchfire_alerting::{Config, RouteTree};
use watchfire_model::Labels;

const TREE: &str = r#"
route:
  receiver: root
  group_by: [cluster, alertname]
  group_wait: 10s
  routes:
    - receiver: audit
      matchers: [severity=critical]
      continue: true
      group_by: ['...']
      repeat_interval: 1d
      mute_time_intervals: [nights]
      routes:
        - matchers: [team=web]
          group_by: []
    - matchers: [team=~"web|shop"]
      receiver: shop
      group_wait: 0s
      routes:
        - {matchers: [env="test"], receiver: nobody}
        - {matchers: ['severity="critical", env!="dev"'], receiver: pager, group_interval: 1m}
    - {matchers: [team=shop], receiver: never}
    - {receiver: rest, group_by: [team, team2]}
receivers: [{name: root}, {name: audit}, {name: shop}, {name: nobody}, {name: pager}, {name: never}, {name: rest}]
time_intervals: [{name: nights}]
"#;

fn tree() -> RouteTree {
    RouteTree::new(&Config::parse("a.yml", TREE).unwrap().route)
}

fn labels(text: &str) -> Labels {
    Labels::new(text.split_whitespace().map(|pair| pair.split_once('=').unwrap())).unwrap()
}

#[test]
fn who_is_told() {
    let tree = tree();
    for (alert, receivers) in [
        ("a=b", "rest"),
        ("severity=critical", "audit rest"),
        ("severity=critical team=web", "audit pager"),
        ("severity=critical team=web env=dev", "audit shop"),
        ("team=shop", "shop"),
        ("team=shop env=test", "nobody"),
    ] {
        let found = tree.matching(&labels(alert));
        let told: Vec<&str> = found.iter().map(|route| tree.options(*route).receiver.as_str()).collect();
        assert_eq!(told.join(" "), receivers, "{alert}");
    }
    // A root alone takes all.
    let alone = Config::parse("a.yml", "{route: {receiver: a}, receivers: [{name: a}]}").unwrap();
    assert_eq!(RouteTree::new(&alone.route).matching(&Labels::empty()), [RouteId(0)]);
}

#[test]
fn who_is_named() {
    let tree = RouteTree::of(&Config::parse("a.yml", TREE).unwrap());
    for (alert, receivers) in [
        ("team=shop", "shop"),
        ("team=shop receivers=pager", "pager"),
        ("team=shop receivers=pager,never,pager", "pager never"),
        ("team=shop receivers=,gone,,audit", "audit"),
        ("team=shop receivers=gone", "shop"),
        ("team=shop receivers=Pager", "shop"),
        ("severity=critical receivers=gone", "audit rest"),
        // Routes may match what rules in form of a map say; they come first.
        ("team=shop channels=rest,email", "shop"),
        ("a=b channels=audit,email", "rest"),
        ("team=shop channels=rest receivers=audit", "audit"),
    ] {
        let found = tree.matching(&labels(alert));
        let told: Vec<&str> = found.iter().map(|route| tree.options(*route).receiver.as_str()).collect();
        assert_eq!(told.join(" "), receivers, "{alert}");
    }
    let few = "route: {receiver: all, routes: [{receiver: pager, matchers: [severity=critical]}]}\nreceivers: [{name: all}, {name: pager}, {name: audit}]\n";
    let few = RouteTree::of(&Config::parse("a.yml", few).unwrap());
    for (alert, receiver) in [
        ("channels=audit,email", "audit"),
        ("channels=email", "all"),
        ("channels=audit receivers=gone", "audit"),
        ("channels=audit severity=critical", "pager"),
    ] {
        let found = few.matching(&labels(alert));
        assert_eq!((found.len(), few.options(found[0]).receiver.as_str()), (1, receiver), "{alert}");
    }
    // Grouped as the root says, whatever the routes of the receiver say; and known by its name after a restart.
    let route = tree.matching(&labels("receivers=audit"))[0];
    let (options, root) = (tree.options(route), tree.options(RouteId(0)));
    assert_eq!((&options.group_by, options.repeat_interval), (&root.group_by, root.repeat_interval));
    assert!(options.mute_time_intervals.is_empty());
    assert_eq!(tree.find(tree.name(route)), Some(route));
    assert_eq!(tree.key(route), r#"{}/receiver="audit""#);
    assert!(tree.is_direct(route) && tree.routes().all(|route| !tree.is_direct(route)));
    // All else is as without.
    let plain = self::tree();
    assert_eq!(tree.routes().collect::<Vec<_>>(), plain.routes().collect::<Vec<_>>());
    for alert in ["a=b", "severity=critical team=web", "team=shop env=test receiver=pager"] {
        assert_eq!(tree.explain(&labels(alert)), plain.explain(&labels(alert)), "{alert}");
    }
}

#[test]
fn that_a_label_names_it_is_explained() {
    let tree = RouteTree::of(&Config::parse("a.yml", TREE).unwrap());
    let explanation = tree.explain(&labels("team=shop receivers=pager,gone channels=audit"));
    let paths: Vec<String> = explanation.taken.iter().map(|taken| taken.path.join(" > ")).collect();
    assert_eq!(paths, [r#"receivers="pager,gone" > receiver pager"#]);
    assert!(explanation.steps.iter().all(|step| step.outcome == Outcome::Named));
    assert_eq!((explanation.steps.len(), explanation.unknown), (8, vec!["gone".to_owned()]));
    let lost = tree.explain(&labels("team=shop receivers=gone"));
    assert_eq!((lost.taken[0].options.receiver.as_str(), lost.unknown), ("shop", vec!["gone".to_owned()]));
}

#[test]
fn what_is_inherited() {
    let tree = tree();
    let shown: Vec<String> = tree
        .routes()
        .map(|route| {
            let options = tree.options(route);
            format!(
                "{} | {} | by {} | {} {} {} | {}",
                tree.name(route),
                options.receiver,
                options.group_by,
                options.group_wait,
                options.group_interval,
                options.repeat_interval,
                options.mute_time_intervals.join(",")
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(tree.parent(RouteId(2)), Some(RouteId(1)));
    assert_eq!(tree.key(RouteId(2)), r#"{}/{severity="critical"}/{team="web"}"#);
}

#[test]
fn groups() {
    let tree = tree();
    let alert = labels("alertname=Fire cluster=a instance=b");
    for (by, group) in [
        (GroupBy::All, r#"{alertname="Fire", cluster="a", instance="b"}"#),
        (GroupBy::Labels(vec![]), "{}"),
        (GroupBy::Labels(vec!["alertname".into(), "rack".into()]), r#"{alertname="Fire"}"#),
    ] {
        let key = tree.group_key(RouteId(1), &by.labels(&alert));
        assert_eq!(key, format!(r#"{{}}/{{severity="critical"}}:{group}"#));
    }
    let odd = Labels::new([("text", "a\"b\\c\nd\u{1}ü")]).unwrap();
    assert_eq!(tree.group_key(RouteId(0), &odd), r#"{}:{text="a\"b\\c\nd\x01ü"}"#);
}

#[test]
fn explained() {
    let explanation = tree().explain(&labels("alertname=Fire severity=critical team=shop"));
    let paths: Vec<String> = explanation.taken.iter().map(|taken| taken.path.join(" > ")).collect();
    assert_eq!(
        paths,
        [
            r#"severity="critical" > receiver audit"#,
            r#"team=~"web|shop" > env!="dev" and severity="critical" > receiver pager"#,
        ]
    );
    assert_eq!(explanation.taken[0].group.len(), 3);
    let outcomes: Vec<(usize, Outcome)> =
        explanation.steps.into_iter().map(|step| (step.depth, step.outcome)).collect();
    let refuses = |condition: &str, value: &str| Outcome::Refuses {
        condition: condition.to_owned(),
        value: value.to_owned(),
    };
    assert_eq!(
        outcomes,
        [
            (0, Outcome::PassesOn),
            (1, Outcome::Takes),
            (2, refuses(r#"team="web""#, "shop")),
            (1, Outcome::PassesOn),
            (2, refuses(r#"env="test""#, "")),
            (2, Outcome::Takes),
            (1, Outcome::NotAsked { after: RouteId(3) }),
            (1, Outcome::NotAsked { after: RouteId(3) }),
        ]
    );
    let other = tree().explain(&labels("team=web2"));
    assert_eq!(other.steps[2].outcome, Outcome::NotReached);
}
