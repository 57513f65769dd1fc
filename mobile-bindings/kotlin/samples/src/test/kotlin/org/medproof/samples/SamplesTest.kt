package org.medproof.samples

import com.google.gson.JsonArray
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.sun.net.httpserver.HttpServer
import kotlinx.coroutines.runBlocking
import org.medproof.Checker
import org.medproof.FileMemory
import org.medproof.Messages
import org.medproof.Purpose
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.Base64
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue

class SamplesTest {
    private val folder = createTempDirectory().toFile()
    private val file = File(System.getProperty("medproof.checkout"), "tests/vectors/verify.json")
    private val cases = JsonParser.parseString(file.readText()).asJsonObject["cases"].asJsonArray
        .map { it.asJsonObject }.associateBy { it["name"].asString }

    @AfterTest
    fun removeFolder() {
        folder.deleteRecursively()
    }

    @Test
    fun theScreenShowsEachAnswerInItsOwnTone() {
        val tones = mapOf(
            "table/dispensed/holder/carried-600s" to Tone.GOOD,
            "table/active/holder/carried-600s" to Tone.ATTENTION,
            "table/recalled/holder/carried-600s" to Tone.BAD,
            "absent/product" to Tone.UNKNOWN,
            "header/set-unknown" to Tone.NOT_CHECKED,
        )
        for ((name, tone) in tones) {
            val states = states(cases.getValue(name), "en")
            assertEquals(listOf(UiState.Ready, UiState.Checking), states.dropLast(1))
            val shown = assertIs<UiState.Shown>(states.last())
            assertEquals(tone, shown.tone, name)
            assertTrue(shown.isCarried && shown.headline.title.isNotEmpty() && shown.reasons.isNotEmpty())
            assertEquals(tone == Tone.GOOD, shown.asksDay?.detail?.contains("on 2026-") == true, name)
        }
        val chinese = assertIs<UiState.Shown>(states(cases.getValue("absent/product"), "zh-Hans").last())
        assertTrue(chinese.headline.title.any { it in '\u4e00'..'\u9fff' })
    }

    @Test
    fun withoutNodesAndProofNothingIsSaidAboutThePack() {
        val shown = states(cases.getValue("absent/product"), "en", isKept = false).last()
        assertEquals(Tone.NOT_CHECKED, assertIs<UiState.Shown>(shown).tone)
    }

    @Test
    fun theCommandLineChecksASavedProofAndADemonstration() {
        val case = cases.getValue("table/recalled/holder/online-60s")
        val anchor = File(folder, "a.mpanchor").apply { writeBytes(case.bytes("anchor")) }
        val proof = File(folder, "a.mproof").apply { writeBytes(case.bytes("proof")) }
        val said = mutableListOf<String>()
        val say = { line: String -> said += line }
        val scan = case["scan"].asString
        // The vectors are from the beginning of 2026: whoever was away since then needs a new anchor.
        assertEquals(6, run(listOf("--anchor", anchor.path, "--proof", proof.path, scan), say))
        assertTrue(said.any { "[trust.needs-new-anchor]" in it }, said.toString())
        assertEquals(2, run(emptyList(), say))
        assertEquals(2, run(listOf("--anchor", anchor.path, "--purpose", "nobody", scan), say))
        for (file in listOf(File(folder, "absent"), proof)) {
            assertEquals(1, runOrSay(listOf("--anchor", file.path, scan), say))
            assertTrue(said.last().startsWith("check: "), said.last())
        }
        for ((reason, code) in listOf("trust.needs-new-anchor" to 0, "state.active" to 1)) {
            val demo = File(folder, "demo.json").apply { writeText(demo(case, reason).toString()) }
            assertEquals(code, run(listOf("--demo", demo.path), say), said.last())
        }
    }

    @Test
    fun theDocumentedCheckAnswersWhatNamesNothingWithoutAskingAnybody() {
        val anchor = cases.getValue("absent/product").bytes("anchor")
        val first = FirstCheck({ name -> anchor.inputStream().also { assertEquals("chain.mpanchor", name) } }, folder)
        val said = runBlocking { first.check("hello", null) }
        assertTrue(said.any { it.code.startsWith("identifier.scan.") }, said.toString())
        first.checker.close()
    }

    @Test
    fun theAnswerOfAnEarlierPackIsNotShownUnderALaterOne() {
        val case = cases.getValue("absent/product")
        val (states, jobs) = mutableListOf<UiState>() to mutableListOf<Runnable>()
        Checker(case.bytes("anchor"), emptyList(), FileMemory(File(folder, "late"))).use { checker ->
            val model = ScanViewModel(checker, Messages("en"), { jobs += it }, { states += it })
            model.onScan(case["scan"].asString, Purpose.HOLDER, case.bytes("proof"))
            model.onScan("hello", Purpose.HOLDER)
            jobs.reversed().forEach(Runnable::run)
        }
        val shown = states.filterIsInstance<UiState.Shown>()
        assertEquals(listOf(Tone.NOT_CHECKED), shown.map { it.tone })
    }

    private fun states(case: JsonObject, language: String, isKept: Boolean = true): List<UiState> {
        val states = mutableListOf<UiState>()
        val memory = File(folder, "memory").apply { delete() }
        val now = { case["now_ms"].asString.toLong() }
        Checker(case.bytes("anchor"), emptyList(), FileMemory(memory), nowMs = now).use { checker ->
            ScanViewModel(checker, Messages(language), { it.run() }, { states += it })
                .onScan(case["scan"].asString, Purpose.HOLDER, case.bytes("proof").takeIf { isKept })
        }
        return states
    }

    private fun demo(case: JsonObject, reason: String): JsonObject {
        val stated = JsonObject().apply {
            add("scan", case["scan"])
            addProperty("purpose", "holder")
            addProperty("overall", "cannot-tell")
            add("reasons", JsonArray().apply { add(reason) })
        }
        return JsonObject().apply {
            add("anchor", case["anchor"])
            add("nodes", JsonArray().apply { add(node(case.bytes("proof"))) })
            add("outcomes", JsonObject().apply { add("recalled", stated) })
        }
    }

    /** A node on this machine that has one proof. */
    private fun node(proof: ByteArray): String {
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/v1/proofs") { exchange ->
            exchange.sendResponseHeaders(200, proof.size.toLong())
            exchange.responseBody.use { it.write(proof) }
        }
        server.start()
        return "http://127.0.0.1:${server.address.port}"
    }

    private fun JsonObject.bytes(name: String): ByteArray = Base64.getDecoder().decode(this[name].asString)
}
