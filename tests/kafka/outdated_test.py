#!/usr/bin/env python3
"""outdated_test.py SLUICE [PART...]: jobs that are to go on from something else than their newest checkpoint. What came
behind it is visible: then they are refused. What is not visible yet is not lost."""
import re
import shutil
import sys
import time

import broker as brokers
from engine import Engine, Gateway, check
from restore_suite import RestoreSuite


class Suite(RestoreSuite):
    def older_checkpoint_of_fewer_subtasks(self):
        """What came behind it was written by a subtask that it does not know."""
        script = self.pass_on("fewer", "fewer-out")
        self.kill(self.begin("fewer", script))
        older = self.newest("fewer")
        process = self.start("fewer", script, "--from", "latest", "--parallelism", "2")
        self.send("fewer", (1, 2))
        self.wait_for_ids("fewer-out", [0, 1, 2], "a row of the second of two")
        self.stop(process)
        process = self.start("fewer", script, "--from", "latest", "--parallelism", "1")
        self.send("fewer", (0, 3))
        self.wait_for_ids("fewer-out", [0, 1, 2, 3], "a row of one subtask again")
        self.stop(process)
        self.refused("fewer", script, "--from", older, "--parallelism", "1")
        self.broker.create("fewer-other", 1)
        self.refused("fewer", self.pass_on("fewer", "fewer-other"), "--from", older, "--parallelism", "2")
        check("nothing was written", (sorted(self.ids("fewer-out")), self.ids("fewer-other")), ([0, 1, 2, 3], []))

    def older_savepoint_and_another_name(self):
        """Under another name nothing beside the checkpoints tells which ids were used."""
        script = self.pass_on("name", "name-out")
        savepoint = self.stop(self.begin("name", script))
        for name, flags in (("name-2", ("--parallelism", "2")), ("name-3", ("--parallelism", "1"))):
            if name == "name-2":
                process = self.start(name, script, "--from", savepoint, *flags)
                self.send("name", (1, 2))
                self.wait_for_ids("name-out", [0, 1, 2], "a row of the second of two")
                self.stop(process)
            else:
                self.refused(name, script, "--from", savepoint, *flags)
        self.refused("name", script, "--from", savepoint, "--parallelism", "1")
        process = self.start("name-4", script, "--from", savepoint, "--parallelism", "2", "-D",
                             "sluice.restore.allow-duplicates=true")
        self.wait_for_ids("name-out", [0, 1, 2, 2], "what came twice because it was allowed to")
        again = self.stop(process)
        process = self.start("name-5", script, "--from", again, "--parallelism", "1")
        self.send("name", (0, 3))
        self.wait_for_ids("name-out", [0, 1, 2, 2, 3], "what goes on from there is not refused")
        self.stop(process)

    def older_savepoint_through_gateway(self):
        """There each job has an id of its own."""
        script = self.pass_on("gate", "gate-out")
        self.stop(self.begin("gate", script))
        with Gateway(self.engine) as gateway:
            written = [0, 1]

            def go_on(savepoint, subtasks, row):
                job = gateway.submit("gate", script, "--parallelism", str(subtasks), "--from", savepoint)
                written.append(row[1])
                self.send("gate", row)
                self.wait_for_ids("gate-out", written, f"gateway: {written}")
                return gateway.stop(job)

            def refused(savepoint, subtasks):
                job = gateway.submit("gate", script, "--parallelism", str(subtasks), "--from", savepoint)
                show = lambda: gateway.ask("jobs", "show", job)[1]
                self.wait_for(lambda: re.search(r"^state +failed", show(), re.M), "the end of a job that is refused")
                check("its reason", "SL3005" in show(), True)

            savepoints = [self.newest("gate")]
            for subtasks, row in ((1, (0, 2)), (1, (0, 3)), (2, (1, 4)), (1, (0, 5))):
                savepoints.append(go_on(savepoints[-1], subtasks, row))
            for older in (0, 1, 2, 3):
                for subtasks in (1, 2):
                    refused(savepoints[older], subtasks)
            go_on(savepoints[4], 2, (1, 6))
            check("each once", sorted(self.ids("gate-out")), list(range(7)))

    def rows_of_a_checkpoint_that_is_not_published(self):
        """They stay while its manifest is there, and are found from elsewhere."""
        for name, flags, then in (("left", (), "recover.after_sink:1"), ("path", ("--from", None), "recover.after_sink:1")):
            script = self.pass_on(name, f"{name}-out")
            savepoint = self.stop(self.begin(name, script))
            self.send(name, (0, 2), (1, 3))
            self.crash(name, script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
            # Somebody starts from something else, and notices at once.
            self.crash(name, script, then, "--parallelism", "1", *(flag or savepoint for flag in flags))
            process = self.start(name, script, "--from", "latest", "--parallelism", "1")
            self.wait_for_ids(f"{name}-out", [0, 1, 2, 3], f"{name}: the rows of the newest checkpoint")
            self.kill(process)
        script = self.pass_on("moved", "moved-out")
        self.stop(self.begin("moved", script))
        self.send("moved", (0, 2), (1, 3))
        self.crash("moved", script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
        process = self.start("moved-2", script, "--from", self.newest("moved"), "--parallelism", "1")
        self.wait_for_ids("moved-out", [0, 1, 2, 3], "the same under another name")
        self.kill(process)
        self.send("moved", (0, 4))
        process = self.start("moved", script, "--from", "latest", "--parallelism", "1")
        self.wait_for_ids("moved-out", [0, 1, 2, 3, 4], "each once when the former one goes on")
        self.kill(process)

    def subtasks_that_are_no_more(self):
        """Their ids are forgotten; what they have shown is not."""
        script = self.pass_on("wide", "wide-out")
        older = self.stop(self.begin("wide", script))
        process = self.start("wide", script, "--from", "latest", "--parallelism", "6")
        self.send("wide", (1, 2))
        self.wait_for_ids("wide-out", [0, 1, 2], "a row of the second of six")
        newer = self.stop(process)
        [note] = (self.engine.folder / "checkpoints/wide").glob("staged/*/transactional-ids")
        asked = lambda: note.read_bytes().count(b"wide-out")
        check("ids of six", asked(), 12)
        self.crash("wide", script, "recover.after_sink:1", "--from", "latest", "--parallelism", "1")
        check("ids of one", asked(), 2)
        self.refused("wide-2", script, "--from", older, "--parallelism", "1")
        process = self.start("wide-3", script, "--from", newer, "--parallelism", "3")
        self.send("wide", (1, 3))
        self.wait_for_ids("wide-out", [0, 1, 2, 3], "the checkpoint of six is not older")
        self.stop(process)
        self.refused("wide", script, "--from", "latest", "--parallelism", "1")

    def unpublished_checkpoint_again(self):
        """Its rows have become visible since, and their staged files are gone."""
        script = self.pass_on("again", "again-out")
        self.stop(self.begin("again", script))
        self.send("again", (0, 2), (1, 3))
        self.crash("again", script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
        older = self.newest("again")
        process = self.start("again", script, "--from", "latest", "--parallelism", "1")
        self.wait_for_ids("again-out", [0, 1, 2, 3], "rows of a checkpoint that was not published")
        for i in range(4, 8):
            self.send("again", (0, i))
            self.wait_for_ids("again-out", list(range(i + 1)), f"row {i}")
        self.stop(process)
        self.refused("again", script, "--from", older, "--parallelism", "1")
        process = self.start("again", script, "--from", older, "--parallelism", "1", "-D",
                             "sluice.restore.allow-duplicates=true")
        self.wait_for_ids("again-out", [0, 1, 2, 3, *(i for i in range(4, 8) for _ in range(2))], "what came behind it, twice")
        self.kill(process)

    def folder_that_was_moved(self):
        """Under another name nobody knows where its staged rows are."""
        script = self.pass_on("carried", "carried-out")
        self.stop(self.begin("carried", script))
        self.send("carried", (0, 2))
        self.crash("carried", script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
        former = self.engine.folder / "checkpoints/carried"
        former.rename(self.engine.folder / "elsewhere")
        code, text = self.engine.run("carried-2", script, "--from", str(self.engine.folder / "elsewhere"), timeout=30)
        check("staged rows that are not found", (code != 0, "rows of the checkpoint are lost" in text, "former name" in text),
              (True, True, True))
        (self.engine.folder / "elsewhere").rename(former)
        process = self.start("carried", script, "--from", "latest", "--parallelism", "1")
        self.wait_for_ids("carried-out", [0, 1, 2], "they are found under the former name")
        self.kill(process)

    def checkpoints_that_are_no_more(self):
        """Nobody begins anew by himself: every row would come twice."""
        script = self.pass_on("vanish", "vanish-out")
        process = self.begin("vanish", script)
        self.wait_for(lambda: self.checkpoints("vanish"), "a checkpoint")
        (self.engine.folder / "checkpoints/vanish").rename(self.engine.folder / "vanished")
        self.send("vanish", (0, 2))
        text, _ = process.communicate(timeout=60)
        check("a job without its checkpoints", (process.returncode != 0, "SL3002" in text or text), (True, True))
        check("each once", sorted(i for i in self.ids("vanish-out") if i < 2), [0, 1])
        script = self.pass_on("harm", "harm-out").replace("'1000'", "'1'")
        self.stop(self.begin("harm", script))
        for manifest in self.checkpoints("harm"):
            manifest.write_bytes(manifest.read_bytes()[:-20])
        code, text = self.engine.run("harm", script, "--from", "latest", timeout=30)
        check("damaged checkpoints and no other", (code != 0, "SL3002" in text or text), (True, True))
        check("nothing is written", sorted(self.ids("harm-out")), [0, 1])

    def folder_that_was_copied(self):
        """Both go on as the same job, with the same numbers."""
        script = self.pass_on("twin", "twin-out")
        self.kill(self.begin("twin", script))
        one = self.engine
        other = Engine(one.sluice, one.folder / "copy")
        shutil.copytree(one.folder / "checkpoints/twin", other.folder / "checkpoints/twin")
        self.engine = other
        process = self.start("twin", script, "--from", "latest", "--parallelism", "1")
        time.sleep(3)  # Its numbers run ahead.
        self.kill(process)
        self.send("twin", (0, 2), (0, 3))
        self.crash("twin", script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
        self.engine = one
        self.send("twin", (0, 4))
        process = self.start("twin", script, "--from", "latest", "--parallelism", "1")
        self.wait_for_ids("twin-out", [0, 1, 2, 3, 4], "rows of one of both")
        self.kill(process)
        self.engine = other
        self.refused("twin", script, "--from", "latest", "--parallelism", "1")
        self.engine = one
        check("each once", sorted(self.ids("twin-out")), [0, 1, 2, 3, 4])

    def damaged_note_of_ids(self):
        script = self.pass_on("note", "note-out")
        self.stop(self.begin("note", script))
        [file] = (self.engine.folder / "checkpoints/note").glob("staged/*/transactional-ids")
        file.write_bytes(b"something else")
        code, text = self.engine.run("note", script.replace("'200 ms'", "'100 ms'"), "--from", "latest", timeout=30)
        check("a damaged note is named", (code != 0, "are damaged, or of another version" in text), (True, True))
        process = self.start("note", script, "--parallelism", "1")
        self.wait_for_ids("note-out", [0, 0, 1, 1], "a start from nothing is not kept from")
        self.kill(process)


def main(broker):
    suite = Suite(sys.argv[1], broker)
    suite.all([suite.older_checkpoint_of_fewer_subtasks, suite.older_savepoint_and_another_name,
               suite.older_savepoint_through_gateway, suite.rows_of_a_checkpoint_that_is_not_published,
               suite.subtasks_that_are_no_more, suite.unpublished_checkpoint_again, suite.folder_that_was_moved,
               suite.checkpoints_that_are_no_more,
               suite.folder_that_was_copied, suite.damaged_note_of_ids])


if __name__ == "__main__":
    brokers.main_with_broker(main)
