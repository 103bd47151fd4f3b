"""The app: its themes, its screens, and what they share: the models, the store, the last choice."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar, Final, Literal, TypeVar

import msgspec
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import Monochrome
from textual.screen import Screen

from arena.backends.loading import Models
from arena.backends.weights.catalog import may_name_weights
from arena.concurrency import aside
from arena.errors import ArenaError
from arena.session.choice import LAST_CHOICE, Choice, is_person
from arena.session.judging import JudgeChoice
from arena.session.own_settings import own_settings
from arena.session.preferences import PREFERENCES
from arena.session.preloading import Preloader
from arena.store.store import Store
from arena.text import printable
from arena.tui.copying import text_of
from arena.tui.filters import Harmless, Legible, Shades
from arena.tui.own_keys import Rebindable, is_own, own_keys
from arena.tui.own_themes import own_themes
from arena.tui.page_keys import PageKeys
from arena.tui.screens.audience import AudienceScreen
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.follow import FollowScreen
from arena.tui.screens.generations import GenerationsScreen
from arena.tui.screens.help import HelpScreen
from arena.tui.screens.history import HistoryScreen
from arena.tui.screens.judge import JudgeScreen
from arena.tui.screens.judge_setup import JudgeSetupScreen
from arena.tui.screens.leave import LeaveScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.screens.match import MatchScreen
from arena.tui.screens.notice import NoticeScreen
from arena.tui.screens.numbers_setup import NumbersSetupScreen
from arena.tui.screens.results import ResultsScreen, run_screen
from arena.tui.screens.settings import SettingsScreen
from arena.tui.screens.setup import SetupScreen
from arena.tui.screens.spectate import SpectateScreen
from arena.tui.terminal import leave_on_signals
from arena.tui.themes import THEMES
from arena.tui.widgets.keys_footer import enter

T = TypeVar("T")

# places to go from the lobby and, by the command palette, from anywhere
_PLACES: Final[dict[str, tuple[str, type[ArenaScreen]]]] = {
    "Settings": ("Theme, pace of a show, how models are run", SettingsScreen),
    "Results": ("The runs of the store, down to a round's replay", ResultsScreen),
    "History": ("Your own matches: streaks, and your best against each opponent", HistoryScreen),
    "Tournament": ("Set up a tournament against the greedy reader", SetupScreen),
    "Poems": ("Judge poems: which of two do you like better?", JudgeSetupScreen),
    "Generations": ("The texts that models write to one prompt, with what they share lit up", GenerationsScreen),
    "Numbers": ("How random are a player's random numbers?", NumbersSetupScreen),
}


class ArenaApp(Rebindable, App[None]):
    """The app. It opens in the lobby, with the last choice or `lobby`. `start` opens a match at once, or with `watch` a
    show of it; `follow` opens a run ("" is the latest, which is waited for), `judge` a sitting as a judge of poems,
    `audience` the match that is played elsewhere ("alone": for those who can touch nothing)."""

    TITLE = "Arena"
    CSS_PATH = "arena.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", priority=True, show=False),
        Binding("ctrl+z", "suspend_process", "To the shell; `fg` comes back", priority=True, show=False),
        Binding("x", "save_picture", "Save the screen as a picture", show=False),
        Binding("c", "copy", "Copy what the screen says", show=False),
        Binding("question_mark", "help", "Help", key_display="?"),
    ]

    def __init__(
        self,
        store: Path,
        *,
        lobby: Choice | None = None,
        start: Choice | None = None,
        watch: bool = False,
        follow: str | None = None,
        judge: JudgeChoice | None = None,
        audience: Literal["", "here", "alone"] = "",
    ) -> None:
        super().__init__()
        if self.no_color:
            self._filters = [Shades() if isinstance(used, Monochrome) else used for used in self._filters]
        self._filters += [Legible(), Harmless()]
        self.store = store
        self.choice = start or lobby or LAST_CHOICE.read()
        self._start = start is not None
        self._watch = watch
        self._follow = follow
        self._judge = judge
        self._audience = audience
        self.preferences = PREFERENCES.read()
        self.models = Models(self.preferences.settings(), self.say, self._progress, show=self._show_notice)
        self.preloader = Preloader(self.models, self._loaded)
        self._notices: set[str] = set()  # those that are or were on the screen
        self._own = own_settings()
        taken = {theme.name for theme in THEMES} | set(self.available_themes)
        for theme in (*THEMES, *own_themes(self._own, taken)):
            self.register_theme(theme)
        kept = self.preferences.theme
        self.theme = kept if kept in self.available_themes else THEMES[0].name

    def on_mount(self) -> None:
        leave_on_signals(self.exit)
        PageKeys(self).start()
        self.watch(self, "theme", self._keep_theme, init=False)
        self.set_keymap(own_keys(self._own))
        self.push_screen(LobbyScreen())
        for fault in self._own.faults:
            self.notify(printable(fault), title="In your own settings", severity="warning", timeout=30, markup=False)
        if self._start:
            self.open_match(self.choice, watch=self._watch)
        elif self._audience:
            self.push_screen(AudienceScreen(self._audience == "alone"))
        elif self._follow == "":
            self.push_screen(FollowScreen())
        elif self._follow is not None:
            self.run_worker(self._open_run(self._follow))
        elif self._judge is not None:
            name, contests = self._judge.name, self._judge.contests
            self.push_screen(JudgeSetupScreen(contests) if name is None else JudgeScreen(name, contests))

    def settle_memory(self) -> None:
        """Keep the objects of the libraries, all loaded by now, out of the garbage collector's full passes, which would
        block the screen for 60 to 80 ms each. Done once only, because present garbage is then kept too."""
        if not gc.get_freeze_count():
            gc.freeze()

    def say(self, line: str) -> None:
        """Tell the person that something happened, such as a licence notice."""
        self.notify(printable(line, keep="\n"), timeout=10, markup=False)

    def _show_notice(self, text: str, seen: Callable[[], bool]) -> None:
        """Show the terms of the weights until the person dismisses them. May be called from any thread."""

        def put_away(_: None) -> None:
            seen()

        def show() -> None:
            if text not in self._notices:
                self._notices.add(text)
                self.push_screen(NoticeScreen(text), put_away)

        if self._loop is not None:
            self._loop.call_soon_threadsafe(show)

    def leave(self) -> None:
        """Leave the app. May be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit)

    def refuse(self, error: ArenaError) -> None:
        """Say what went wrong; everything played is in the store."""
        self.notify(printable(str(error)), title="That didn't work", severity="error", timeout=15, markup=False)

    async def from_store(self, read: Callable[[Store], T]) -> T | None:
        """The result of `read`, called in the background. If it fails, the person is told, and the result is None."""

        def opened() -> T:
            with Store.open(self.store) as store:
                return read(store)

        try:
            return await aside(opened)
        except ArenaError as error:
            self.refuse(error)
            return None

    def open_match(self, choice: Choice, watch: bool = False) -> None:
        """Go to the chosen match; or to a show of one match after another, which a match without a person is too."""
        self.choice = choice
        LAST_CHOICE.keep(choice)
        self.preloader.leave_to(choice.agents)
        played = is_person(choice.subject) or is_person(choice.opponent)
        self.push_screen(MatchScreen(choice) if played and not watch else SpectateScreen(choice))

    def go_on(self, choice: Choice) -> None:
        """Go back to a match that was left; the last choice stays as it is."""
        self.preloader.leave_to(choice.agents)
        self.push_screen(MatchScreen(choice, go_on=True))

    async def _open_run(self, name: str) -> None:
        """Show a run."""
        run = await self.from_store(lambda store: store.run(name))
        if run is not None:
            self.push_screen(run_screen(run))

    @property
    def is_guest(self) -> bool:
        """Whether whoever plays is a guest of `arena web`, who may not name files and servers."""
        return not may_name_weights()

    def action_open(self, place: str) -> None:
        """Go to one of the places."""
        _, screen = _PLACES[place]
        self.push_screen(screen())

    def prefer(self, **changes: object) -> None:
        """Change preferences and keep them; a guest's end with their visit."""
        changed = msgspec.structs.replace(self.preferences, **changes)
        if changed != self.preferences:
            self.preferences = changed
            if not self.is_guest:
                PREFERENCES.keep(changed)

    def _keep_theme(self, theme: str) -> None:
        """A theme was picked, in the settings or in the command palette."""
        self.prefer(theme=theme)

    async def settle(self) -> None:
        """Apply changed settings of how models are run, now that nobody plays: models are loaded anew."""
        if self.models.settings != self.preferences.settings():
            await self.preloader.close()
            self.models.settings = self.preferences.settings()
            await self.models.close()

    def action_help(self) -> None:
        """Show all keys of the screen, and what its words mean."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self._keys()))

    def _keys(self) -> list[tuple[str, str]]:
        """The keys that work now, with what each does; several that do the same in one line."""
        found: dict[str, list[str]] = {}
        if isinstance(self.screen, ArenaScreen):
            for key, does in self.screen.own_keys():
                found.setdefault(does, []).append(key)
        pressed = enter(self.focused)
        for active in self.screen.active_bindings.values():
            binding = active.binding
            does = pressed if pressed and binding.key == "enter" else binding.tooltip or binding.description
            if active.enabled and does and not binding.system and not binding.key.startswith("super+"):
                found.setdefault(does, []).append(self.get_key_display(binding))
        return [(" ".join(dict.fromkeys(keys)), does) for does, keys in found.items()]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The command palette: what can be done on the screen, where one can go, and Textual's own commands."""
        said = set(_PLACES)
        for key, does in screen.own_keys() if isinstance(screen, ArenaScreen) else ():
            if does not in said:
                said.add(does)
                yield SystemCommand(does, f"As the key {key}", partial(self.simulate_key, key))
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            if enabled and is_own(binding) and binding.description not in said:
                said.add(binding.description)
                what = tooltip or f"As the key {self.get_key_display(binding)}"
                yield SystemCommand(binding.description, what, partial(self.run_action, binding.action, node))
        for place, (what, _) in _PLACES.items():
            yield SystemCommand(place, what, partial(self.action_open, place))
        for command in super().get_system_commands(screen):
            if command.title not in said:
                yield command

    def action_copy(self) -> None:
        """Copy what the screen is about as text."""
        screen = self.screen
        try:
            self.copy_to_clipboard(screen.copied() if isinstance(screen, ArenaScreen) else text_of(screen))
        except ArenaError as error:
            self.refuse(error)
            return
        self.notify("Copied what the screen says, if the terminal lets it.", timeout=3)

    def _progress(self, line: str) -> None:
        """Show a step of loading a model, where the model will play."""
        if isinstance(self.screen, ArenaScreen):
            self.screen.show_progress(printable(line))

    def _loaded(self) -> None:
        """What the lobby was loading is there, or can't be."""
        for screen in self.screen_stack:
            if isinstance(screen, LobbyScreen):
                screen.loaded()

    async def action_quit(self) -> None:
        """Leave the app; in the middle of a match, only if the person says so, or quits again."""
        playing = any(isinstance(screen, MatchScreen) and screen.is_under_way for screen in self.screen_stack)
        if playing and not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(quits=True), lambda meant: self.exit() if meant else None)
        else:
            self.exit()

    def action_save_picture(self) -> None:
        """Save the screen as an SVG: in the working folder, or where a browser puts what it downloads."""
        if self.is_web:
            self.deliver_screenshot()
            return
        try:
            path = self.save_screenshot(path=".")
        except OSError as error:
            self.notify(f"the picture can't be written: {error.strerror}", severity="error", markup=False)
            return
        self.notify(f"The screen is in {path}", markup=False)

    async def on_unmount(self) -> None:
        await self.preloader.close()
        await self.models.close()
