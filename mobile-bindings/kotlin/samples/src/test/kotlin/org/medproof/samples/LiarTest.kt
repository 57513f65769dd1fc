package org.medproof.samples

import com.google.gson.JsonArray
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.medproof.Checker
import org.medproof.FileMemory
import org.medproof.Outcome
import org.medproof.Purpose
import java.io.File
import java.util.Base64
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** Every outcome by an honest node, and every behaviour of the scripted lying node (`docs/CLIENT.md`). */
class LiarTest {
    private val folder = createTempDirectory().toFile()
    private lateinit var process: Process
    private lateinit var world: JsonObject

    @BeforeTest
    fun startLiar() {
        val liar = System.getenv("MEDPROOF_LIAR")
        assumeTrue(liar != null, "MEDPROOF_LIAR names no lying node")
        process = ProcessBuilder(liar).start()
        world = JsonParser.parseString(process.inputStream.bufferedReader().readLine()).asJsonObject
    }

    @AfterTest
    fun endLiar() {
        folder.deleteRecursively()
        if (::process.isInitialized) process.destroy()
    }

    @Test
    fun eachOutcomeByTheHonestNode() {
        val outcomes = world["outcomes"].asJsonObject.entrySet()
        for ((name, stated) in outcomes) {
            val found = assertIs<Outcome.Answered>(ask(name, "honest"), name)
            assertEquals(stated.asJsonObject["overall"].asString, found.verdict.overall, name)
            assertEquals(stated.asJsonObject["reasons"].asJsonArray.map { it.asString }, found.verdict.reasons, name)
            assertTrue(found.historyShown, name)
        }
        report("outcomes by the honest node", outcomes.size)
    }

    @Test
    fun eachLieIsRefusedAloneAndBesideAnHonestNode() {
        for (lie in LIES) {
            val alone = ask("recalled", lie)
            assertTrue(alone !is Outcome.Answered || alone.verdict.overall == "cannot-tell", lie)
            val beside = assertIs<Outcome.Answered>(ask("recalled", lie, "honest"), lie)
            assertEquals("do-not-use", beside.verdict.overall, lie)
            // Its leaves are honest: with the honest node's certificate they prove the answer.
            if (lie == "weak-quorum") continue
            assertEquals(node("honest"), beside.node, lie)
            assertTrue(beside.failures.any { lie in it.node }, lie)
        }
        assertEquals(LIES + listOf("honest", "fork", "no-history", "nosy"), world["nodes"].asJsonObject.keySet())
        report("behaviours of the lying node", world["nodes"].asJsonObject.size())
    }

    @Test
    fun aForkIsNoAnswerWhoeverElseIsHonest() {
        val found = assertIs<Outcome.Answered>(ask("recalled", "honest", "fork"))
        assertEquals("cannot-tell" to listOf("trust.fork"), found.verdict.overall to found.verdict.reasons)
    }

    @Test
    fun withoutAProofOfHistoryOrBucketsTheAnswerStands() {
        for (behaviour in listOf("no-history", "nosy")) {
            assertEquals("do-not-use", assertIs<Outcome.Answered>(ask("recalled", behaviour)).verdict.overall)
        }
    }

    @Test
    fun theCommandLineComparesEveryOutcome() {
        val demo = JsonObject().apply {
            add("anchor", world["anchor"])
            add("nodes", JsonArray().apply { add(node("honest")) })
            add("outcomes", world["outcomes"])
        }
        val file = File(folder, "demo.json").apply { writeText(demo.toString()) }
        val said = mutableListOf<String>()
        assertEquals(0, run(listOf("--demo", file.path)) { line -> said += line }, said.toString())
    }

    private fun ask(outcome: String, vararg behaviours: String): Outcome {
        val question = world["outcomes"].asJsonObject[outcome].asJsonObject
        val anchor = Base64.getDecoder().decode(world["anchor"].asString)
        val memory = FileMemory(File(folder, outcome + behaviours.joinToString("")))
        return Checker(anchor, behaviours.map(::node), memory, timeoutMs = 1_500, order = { it }).use {
            it.check(question["scan"].asString, Purpose.valueOf(question["purpose"].asString.uppercase()))
        }
    }

    private fun node(behaviour: String) = world["nodes"].asJsonObject[behaviour].asString

    private fun report(name: String, count: Int) {
        println("  $name: $count cases")
        System.getenv("MEDPROOF_SUITE_REPORT")?.let { File(it).appendText("suite\t$name in Kotlin\t$count\n") }
    }

    private companion object {
        /** What must not be believed, and not change the answer of an honest node beside it. */
        val LIES = setOf(
            "tampered", "incomplete", "old", "other-chain", "weak-quorum", "slow", "cut-off", "error", "garbage",
            "too-large", "redirect",
        )
    }
}
