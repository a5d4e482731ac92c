"""From facts to what the status page and /api/status say. Pure: no store, no clock, no HTML.

The rule: page and JSON show the same tree; every judgement on health stands here once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from ups_gateway.model import Account, Grant, Health, Profile, TokenPair
from ups_gateway.oauth.lifetime import obtained_at
from ups_gateway.web.admin.facts import Facts
from ups_gateway.web.admin.life import access_life, refresh_life
from ups_gateway.web.admin.pulse import pulse
from ups_gateway.web.admin.values import AccountLine, Card, Section, Status, TokenFields
from ups_gateway.web.admin.words import HEALTH_WORDS, TONES, Tone, counted, day, distance, listed
from ups_gateway.web.admin.worklist import mapped_keys, pending, seen_keys, shipments

_GRAVITY: tuple[Tone, ...] = ("bad", "soon", "good", "off")
CAN_SHIP = frozenset({Health.OK, Health.EXPIRING})


def status(facts: Facts, zone: tzinfo | None) -> Status:
    """The page's values. The first sentence is that of the first environment in use, production before all others."""
    sections, seen, keys = tuple(_sections(facts, zone)), tuple(seen_keys(facts)), tuple(mapped_keys(facts))
    first = sections[0] if sections else None
    sentence = "Nothing is set up yet. Add an application to the configuration, then sign in with UPS."
    if first is not None:
        sentence = first.sentence if first.production else f"{_title(first.environment)}: {_lower(first.sentence)}"
    return Status(
        at=facts.now,
        sentence=sentence,
        works=first is not None and first.works,
        sections=sections,
        shipments=tuple(shipments(facts)),
        seen_keys=tuple(one for one in seen if one.status == "active"),
        hidden_keys=tuple(one for one in seen if one.status != "active"),
        keys=keys,
        pending=tuple(pending(facts)),
        more_keys=len(facts.keys) - len(keys),
    )


def account_health(account: Account, source: Health) -> Health:
    """Of an account whose profile or application has this health: never healthier than it."""
    if not account.active:
        return Health.INACTIVE
    if source not in CAN_SHIP:
        return source
    return Health.NOT_LINKED if account.probe == "not_linked" else source


# --- sections ---------------------------------------------------------------------------------------------------------


def _sections(facts: Facts, zone: tzinfo | None) -> Iterable[Section]:
    names = {application.environment for application in facts.applications.values()}
    names |= {profile.environment for profile in facts.profiles} | {account.environment for account in facts.accounts}
    for name in sorted(names, key=lambda name: (name != "production", name == "test", name)):
        cards = (
            *(_profile_card(profile, facts) for profile in facts.profiles if profile.environment == name),
            *_client_cards(name, facts),
        )
        loose = tuple(
            _line(
                account,
                Health.NEVER_AUTHORIZED,
                oauth=False,
                advice="No sign-in covers this account: it cannot ship. Connect it to one that has it.",
            )
            for account in facts.accounts
            if account.environment == name and _is_loose(account, facts)
        )
        sentence, works = _sentence(cards, loose, facts.now, zone)
        mine = pulse(name, facts.hour, facts.day, facts.products, facts.now, zone)
        yield Section(name, name == "production", name == "test", sentence, works, mine, cards, loose)


def _sentence(
    cards: Sequence[Card], loose: Sequence[AccountLine], now: datetime, zone: tzinfo | None
) -> tuple[str, bool]:
    """Does shipping work, and until when?"""
    accounts = [line for card in cards for line in card.accounts] + list(loose)
    if not accounts:
        return ("No UPS account is set up yet: sign in with UPS, then add the account.", False)
    active = [line for line in accounts if line.active]
    if not active:
        return ("All accounts are inactive: nothing ships.", False)
    bad = [line.number for line in active if line.health not in CAN_SHIP]
    if bad and len(bad) == len(active):
        return (f"Shipping does not work: {listed(bad)} cannot ship.", False)
    if bad:
        return (f"{counted(len(bad), 'account')} cannot ship: {listed(bad)}.", False)
    ends = [
        (card.fields.refresh_token_expires, card)
        for card in cards
        if card.fields and card.fields.refresh_token_expires and any(line.active for line in card.accounts)
    ]
    if not ends:
        return ("Shipping works. No sign-in is needed.", True)
    end, card = min(ends, key=lambda pair: pair[0])
    if card.health is Health.EXPIRING:
        return (f"Shipping works until {day(end, now, zone)}: sign in again for {card.name} before then.", True)
    return (f"Shipping works. Next sign-in needed by {day(end, now, zone)}.", True)


def _title(environment: str) -> str:
    return f"{environment[:1].upper()}{environment[1:]} environment"


def _lower(sentence: str) -> str:
    return sentence if sentence[:3].isupper() else sentence[:1].lower() + sentence[1:]


# --- cards ------------------------------------------------------------------------------------------------------------


def _profile_card(profile: Profile, facts: Facts) -> Card:
    health = facts.health[profile.id]
    signed_in = profile.tokens is not None
    lines = tuple(
        _line(account, health, oauth=signed_in)
        for account in facts.accounts
        if account.profile == profile.id and account.environment == profile.environment
    )
    return Card(
        profile=profile.id,
        name=profile.name,
        application=profile.application,
        anchor=f"profile-{profile.id}",
        health=health,
        words=HEALTH_WORDS[health],
        tone=TONES[health],
        worst=_worst(health, lines),
        advice=_profile_advice(profile, health, facts.now),
        button="" if health is Health.INACTIVE else "Reauthorize" if profile.tokens else "Authorize",
        signed_in=signed_in,
        fields=None if profile.tokens is None else _fields(profile, profile.tokens, health, facts.now),
        access_life=None if profile.tokens is None else access_life(profile, profile.tokens, health, facts.now),
        refresh_life=None if profile.tokens is None else refresh_life(profile, profile.tokens, health, facts.now),
        accounts=lines,
    )


def _profile_advice(profile: Profile, health: Health, now: datetime) -> str:
    match health:
        case Health.OK:
            return ""
        case Health.EXPIRING:
            ends = profile.tokens and (profile.tokens.refresh_expires_at or profile.tokens.access_expires_at)
            left = f" {distance(ends, now)}" if ends else " soon"
            return f"The sign-in ends{left}; until then shipping works. Press Reauthorize and sign in at UPS."
        case Health.EXPIRED:
            return (
                "The sign-in has ended. Its accounts cannot ship. Press Reauthorize and sign in at UPS; shipping works "
                "again at once."
            )
        case Health.REJECTED:
            return (
                f"{profile.rejected} Its accounts cannot ship. This happens when the UPS password or the account's "
                "payment changed. "
                "Press Reauthorize and sign in at UPS."
            )
        case Health.NEVER_AUTHORIZED:
            return (
                "Nobody has signed in yet, and nothing ships through it. Press Authorize and sign in at UPS with the "
                "login that has the accounts."
            )
        case _:
            return (
                f"The application {profile.application} is no longer in the configuration. "
                "Add it there again, or move the accounts to another sign-in."
            )


def _fields(profile: Profile, tokens: TokenPair, health: Health, now: datetime) -> TokenFields:
    if health is Health.REJECTED:
        refresh = "Refused by UPS"
    elif tokens.refresh_token is None:
        refresh = "None"
    elif tokens.refresh_expires_at is not None and tokens.refresh_expires_at <= now:
        refresh = "Expired"
    else:
        refresh = "Valid"
    valid = tokens.access_expires_at > now
    status = "Valid" if valid else "Expired; renewed when next needed" if health in CAN_SHIP else "Expired"
    return TokenFields(
        token_type=tokens.token_type,
        token_status=_with_ups(status, tokens.status),
        token_issued=tokens.issued_at or obtained_at(profile),
        token_expires=tokens.access_expires_at,
        token_scope=tokens.scope,
        refresh_token_status=_with_ups(refresh, tokens.refresh_status),
        refresh_token_issued=tokens.refresh_issued_at,
        refresh_token_expires=tokens.refresh_expires_at,
        refresh_count=tokens.refresh_count,
    )


def _worst(health: Health, lines: Sequence[AccountLine]) -> Tone:
    tones = {TONES[health]} | {line.tone for line in lines if line.active}
    return min(tones, key=_GRAVITY.index)


def _with_ups(status: str, ups: str) -> str:
    return f"{status} (UPS: {ups})" if ups else status


def _client_cards(environment: str, facts: Facts) -> Iterable[Card]:
    """Of each client-credentials application; its accounts have a token each, and none needs a sign-in."""
    for application in facts.applications.values():
        if application.grant is not Grant.CLIENT_CREDENTIALS or application.environment != environment:
            continue
        mine = [one for one in facts.accounts if one.application == application.name and one.profile is None]
        lines = tuple(_client_line(account, facts) for account in mine)
        bad = [line for line in lines if line.health is Health.REJECTED]
        health = Health.REJECTED if bad else Health.OK
        asked = any(token for token, _ in (facts.client_tokens[account.id] for account in mine))
        yield Card(
            profile=None,
            name=application.name,
            application=application.name,
            anchor=f"application-{application.name}",
            health=health,
            words=HEALTH_WORDS[health] if bad or asked else "Ready",
            tone=TONES[health],
            worst=_worst(health, lines),
            advice=bad[0].advice if bad else "",
            button="",
            signed_in=True,
            fields=_client_fields(mine, facts),
            access_life=None,
            refresh_life=None,
            accounts=lines,
        )


def _client_line(account: Account, facts: Facts) -> AccountLine:
    _, refusal = facts.client_tokens[account.id]
    return _line(account, Health.REJECTED if refusal else Health.OK, oauth=True, advice=refusal)


def _client_fields(accounts: Sequence[Account], facts: Facts) -> TokenFields:
    held = [token for account in accounts if (token := facts.client_tokens[account.id][0])]
    valid = [token for token in held if token.expires_at > facts.now]
    return TokenFields(
        token_type="Bearer",  # noqa: S106 - a type, not a token
        token_status=f"Valid for {len(valid)} of {counted(len(accounts), 'account')}"
        if valid
        else "Asked for when needed",
        token_issued=max((token.obtained_at for token in valid), default=None),
        token_expires=min((token.expires_at for token in valid), default=None),
        token_scope="",
        refresh_token_status="None, and none is needed",  # noqa: S106 - no token
        refresh_token_issued=None,
        refresh_token_expires=None,
        refresh_count="",
    )


def _is_loose(account: Account, facts: Facts) -> bool:
    if account.profile is not None:
        # Tokens never cross environments.
        return all((one.id, one.environment) != (account.profile, account.environment) for one in facts.profiles)
    application = facts.applications.get(account.application or "")
    return application is None or application.grant is not Grant.CLIENT_CREDENTIALS


def _line(account: Account, source: Health, *, oauth: bool, advice: str = "") -> AccountLine:
    health = account_health(account, source)
    if health is Health.NOT_LINKED:
        advice = (
            "UPS says that this account is not linked to the login that signed in: it cannot ship. On ups.com open "
            "Accounts and Payment, choose Add Existing Account, then press Test connection here."
        )
    return AccountLine(
        id=account.id,
        number=account.number,
        nickname=account.nickname,
        place=" ".join(filter(None, (account.postal_code, account.country))),
        health=health,
        words=HEALTH_WORDS[health],
        tone=TONES[health],
        advice=advice,
        note=account.probe_note,
        checked_at=account.probed_at,
        oauth=oauth,
        active=account.active,
    )
