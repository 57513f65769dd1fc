package org.medproof.samples

import com.google.gson.JsonArray
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.medproof.Checker
import org.medproof.FileMemory
import org.medproof.Lookup
import org.medproof.LookupPolicy
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
import kotlin.test.assertNull
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
            val isHidden = name != "not_random" && name != "unknown_product"
            assertEquals(if (isHidden) Lookup.BUCKET else Lookup.EXACT, found.lookup, name)
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
        assertEquals(LIES + listOf("honest", "fork", "no-history", "nosy", "impostor", "renamed"), world["nodes"].asJsonObject.keySet())
        report("behaviours of the lying node", world["nodes"].asJsonObject.size())
    }

    @Test
    fun aForkIsNoAnswerWhoeverElseIsHonest() {
        val found = assertIs<Outcome.Answered>(ask("recalled", "honest", "fork"))
        assertEquals("cannot-tell" to listOf("trust.fork"), found.verdict.overall to found.verdict.reasons)
    }

    @Test
    fun withoutAProofOfHistoryOrBucketsTheAnswerStands() {
        for (behaviour in listOf("no-history", "nosy", "impostor", "renamed")) {
            assertEquals("do-not-use", assertIs<Outcome.Answered>(ask("recalled", behaviour)).verdict.overall)
        }
    }

    @Test
    fun eachLieInABucketIsRefusedAndNoOtherLookupIsUsed() {
        for (lie in listOf("tampered", "incomplete", "weak-quorum", "other-chain", "garbage", "old")) {
            val found = assertIs<Outcome.Answered>(ask("recalled", lie, lookup = LookupPolicy.BUCKET_ONLY), lie)
            assertEquals("cannot-tell" to Lookup.BUCKET, found.verdict.overall to found.lookup, lie)
        }
        val nosy = assertIs<Outcome.NoAnswer>(ask("recalled", "nosy", lookup = LookupPolicy.BUCKET_ONLY))
        assertTrue("proof.bucket" in nosy.failures.map { it.reason })
    }

    @Test
    fun whatWasKeptServesWhenNoNodeAnswers() {
        for (lookup in listOf(LookupPolicy.BUCKET, LookupPolicy.EXACT)) {
            val kept = assertIs<Outcome.Answered>(ask("recalled", "honest", lookup = lookup)).proof
            val found = assertIs<Outcome.Answered>(ask("recalled", "error", carried = kept))
            assertEquals("do-not-use" to Lookup.CARRIED, found.verdict.overall to found.lookup)
            assertEquals("carried", found.verdict.axes.freshness)
        }
    }

    @Test
    fun aPalletAndItsPacksAreCheckedTogether() {
        val pallet = world["pallet_1000"].asJsonObject
        val scans = pallet["scans"].asJsonArray.map { it.asString }
        for (behaviours in listOf(listOf("honest"), listOf("tampered", "honest"), listOf("error", "honest"))) {
            val many = checker(behaviours).use { it.checkMany(scans, Purpose.RECEIVER) }.many!!
            assertEquals(List(scans.size) { pallet["overall"].asString }, many.verdicts.map { it.overall })
            assertTrue(many.contents.single().complete)
        }
        val alone = checker(listOf("incomplete")).use { it.checkMany(scans, Purpose.RECEIVER) }.many
        assertTrue(alone == null || alone.verdicts.all { it.overall == "cannot-tell" })
        assertNull(checker(listOf("error")).use { it.checkMany(scans, Purpose.RECEIVER) }.many)
    }

    @Test
    fun whatCannotBeReadSpoilsNoList() {
        val scans = listOf("hello", world["outcomes"].asJsonObject["recalled"].asJsonObject["scan"].asString)
        for (behaviours in listOf(listOf("honest"), listOf("tampered", "honest"))) {
            val many = checker(behaviours).use { it.checkMany(scans, Purpose.HOLDER) }.many!!
            assertEquals(listOf("cannot-tell", "do-not-use"), many.verdicts.map { it.overall })
        }
        val nothing = checker(listOf("error")).use { it.checkMany(listOf("hello"), Purpose.HOLDER) }
        assertEquals("cannot-tell" to 0, nothing.many!!.verdicts.single().overall to nothing.failures.size)
        val forked = checker(listOf("honest", "fork")).use { it.checkMany(scans, Purpose.HOLDER) }.many!!
        assertEquals("fork", forked.verdicts.last().axes.trust)
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

    private fun checker(behaviours: List<String>, lookup: LookupPolicy = LookupPolicy.BUCKET): Checker {
        val memory = FileMemory(File.createTempFile("memory", "", folder).apply { delete() })
        val anchor = Base64.getDecoder().decode(world["anchor"].asString)
        return Checker(anchor, behaviours.map(::node), memory, lookup, timeoutMs = 1_500, order = { it })
    }

    private fun ask(
        outcome: String,
        vararg behaviours: String,
        lookup: LookupPolicy = LookupPolicy.BUCKET,
        carried: ByteArray? = null,
    ): Outcome {
        val question = world["outcomes"].asJsonObject[outcome].asJsonObject
        val purpose = Purpose.valueOf(question["purpose"].asString.uppercase())
        return checker(behaviours.toList(), lookup).use { it.check(question["scan"].asString, purpose, carried) }
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
