"""A listener's and a rule's weights are kept, and a target group knows its load balancers.

Emulator: reads no ForwardConfig, so that a forward to several target groups with weights is kept as a forward to none; and notes a
load balancer only for the target group that a listener was made with.
AWS: an action of type forward has the target groups with their weights in ForwardConfig, and TargetGroupArn too where there is just one
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html); LoadBalancerArns are those of the listeners and
rules that forward to the group (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def _groups(parameter, prefix):
    groups, number = [], 1
    while arn := parameter(f"{prefix}.TargetGroups.member.{number}.TargetGroupArn"):
        weight = parameter(f"{prefix}.TargetGroups.member.{number}.Weight")
        groups.append({"TargetGroupArn": arn, "Weight": int(weight or 1)})
        number += 1
    return groups


def _forward_xml(config):
    groups = "".join(
        f"<member><TargetGroupArn>{group['TargetGroupArn']}</TargetGroupArn><Weight>{group['Weight']}</Weight></member>"
        for group in config["TargetGroups"]
    )
    stickiness = config["Stickiness"]
    seconds = f"<DurationSeconds>{stickiness['Duration']}</DurationSeconds>" if stickiness["Duration"] else ""
    return (
        f"<ForwardConfig><TargetGroups>{groups}</TargetGroups><TargetGroupStickinessConfig>"
        f"<Enabled>{stickiness['Enabled']}</Enabled>{seconds}</TargetGroupStickinessConfig></ForwardConfig>"
    )


def forwarded(actions):
    """The ARNs of the target groups that actions forward to, whatever their weight."""
    return {
        group["TargetGroupArn"] for action in actions for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
    }


def apply():
    from ministack.services import alb

    def make_parse(original):
        @functools.wraps(original)
        def parse_actions(params, prefix="DefaultActions"):
            actions = original(params, prefix)
            for number, action in enumerate(actions, start=1):
                if action["Type"] != "forward":
                    continue
                config = f"{prefix}.member.{number}.ForwardConfig"

                def parameter(name):
                    return alb._p(params, name)

                groups = _groups(parameter, config)
                if not groups and "TargetGroupArn" in action:
                    groups = [{"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}]
                if len(groups) == 1:
                    action["TargetGroupArn"] = groups[0]["TargetGroupArn"]
                else:
                    action.pop("TargetGroupArn", None)
                sticky = f"{config}.TargetGroupStickinessConfig"
                action["ForwardConfig"] = {
                    "TargetGroups": groups,
                    "Stickiness": {
                        "Enabled": parameter(f"{sticky}.Enabled").lower() or "false",
                        "Duration": parameter(f"{sticky}.DurationSeconds"),
                    },
                }
            return actions

        return parse_actions

    def make_xml(original):
        @functools.wraps(original)
        def action_xml(action):
            xml = original(action)
            if "ForwardConfig" not in action:
                return xml
            return xml.removesuffix("</member>") + _forward_xml(action["ForwardConfig"]) + "</member>"

        return action_xml

    def make_group_xml(original):
        @functools.wraps(original)
        def tg_xml(group):
            arn = group["TargetGroupArn"]
            balancers = [
                listener["LoadBalancerArn"] for listener in alb._listeners.values() if arn in forwarded(listener["DefaultActions"])
            ] + [
                alb._listeners[rule["ListenerArn"]]["LoadBalancerArn"]
                for rule in alb._rules.values()
                if rule["ListenerArn"] in alb._listeners and arn in forwarded(rule["Actions"])
            ]
            return original({**group, "LoadBalancerArns": list(dict.fromkeys(balancers))})

        return tg_xml

    patching.wrap(alb, "_parse_actions", ["params", "prefix"], make_parse)
    patching.wrap(alb, "_action_xml", ["a"], make_xml)
    patching.wrap(alb, "_tg_xml", ["tg"], make_group_xml)
