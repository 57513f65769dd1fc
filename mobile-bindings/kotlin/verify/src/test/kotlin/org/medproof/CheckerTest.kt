package org.medproof

import com.google.gson.JsonObject
import kotlin.io.path.createTempDirectory
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** The network flow over real connections, with proofs of the shared vectors. */
class CheckerTest {
    private val cases = Vectors.cases("verify.json").associateBy { it.text("name") }
    private val active = case("table/active/dispenser/online-60s")
    private val stale = case("table/active/dispenser/online-360s")
    private val carried = case("table/active/dispenser/carried-600s")

    @Test
    fun anHonestNodeIsEnough() = Server.with(active.bytes("proof")).use { node ->
        val memory = InMemory()
        val outcome = assertIs<Outcome.Answered>(checker(active, listOf(node.address), memory).check(active))
        assertIs<Answer.Ok>(outcome.verdict.answer)
        assertEquals(node.address, outcome.node)
        assertContentEquals(active.bytes("proof"), outcome.proof)
        assertEquals(1uL, Client.resume(active.bytes("anchor"), memory.saved!!).height())
        assertTrue(node.asked.first().startsWith("/v1/updates?from=0&size="), node.asked.first())
        assertTrue(node.asked.last().endsWith("&have=0"), node.asked.last())
    }

    @Test
    fun aLyingNodeIsPassedOver() {
        val bent = active.bytes("proof").also { it[it.size - 1] = (it.last().toInt() xor 1).toByte() }
        val liars = listOf(
            Server.with(bent) to "trust.state.root",
            Server.with(case("hand-over/other-chain").bytes("proof")) to "trust.proof.other-scan",
            Server.with("<html>".toByteArray()) to "trust.message.magic",
            Server { it.send(500) } to "network: status 500",
            Server { it.responseHeaders.add("Location", "http://127.0.0.1:1/"); it.send(302) } to "network: status 302",
            Server { it.send(200, ByteArray(17_000_000)) } to "network: more than 16777216 bytes",
            Server { Thread.sleep(3_000) } to null,
        )
        val honest = Server.with(active.bytes("proof"))
        for ((liar, reason) in liars) {
            val outcome = checker(active, listOf(liar.address, honest.address)).use { it.check(active) }
            assertIs<Answer.Ok>(assertIs<Outcome.Answered>(outcome).verdict.answer)
            assertEquals(honest.address, outcome.node)
            val found = outcome.failures.filter { it.node == liar.address }.map { it.reason }
            assertTrue(if (reason == null) found.isNotEmpty() else reason in found, "$reason: $found")
            liar.close()
        }
        honest.close()
    }

    @Test
    fun withoutAnyNodeNothingIsSaid() {
        val outcome = checker(active, listOf("http://127.0.0.1:1")).use { it.check(active) }
        assertIs<Outcome.NoAnswer>(outcome)
        assertTrue(outcome.failures.size == 2 && outcome.failures.all { it.reason.startsWith("network: ") })
    }

    @Test
    fun aCarriedProofServesOffline() {
        val checker = checker(carried, listOf("http://127.0.0.1:1"))
        val outcome = checker.check(carried.text("scan"), Purpose.DISPENSER, carried.bytes("proof"))
        assertEquals("carried", assertIs<Outcome.Answered>(outcome).verdict.axes.freshness)
        assertIs<Answer.Ok>(outcome.verdict.answer)
        assertNull(outcome.node)
        val alone = checker.checkCarried(carried.text("scan"), Purpose.DISPENSER, carried.bytes("proof"))
        assertEquals(outcome.verdict, alone.verdict)
    }

    @Test
    fun anOldProofFromANodeIsNotTakenForACarriedOne() = Server.with(stale.bytes("proof")).use { node ->
        val checker = checker(stale, listOf(node.address))
        val outcome = assertIs<Outcome.Answered>(checker.check(stale.text("scan"), Purpose.DISPENSER, stale.bytes("proof")))
        assertEquals("stale", outcome.verdict.axes.freshness)
        assertIs<Answer.CannotTell>(outcome.verdict.answer)
    }

    @Test
    fun aForkEndsTheSearchAndIsKept() {
        val fork = case("known/fork-of-the-certified")
        val memory = InMemory(fork.bytes("have"))
        val node = Server.with(fork.bytes("proof"))
        val other = Server.with(fork.bytes("proof"))
        val outcome = checker(fork, listOf(node.address, other.address), memory).use { it.check(fork) }
        assertEquals(listOf("trust.fork"), assertIs<Outcome.Answered>(outcome).verdict.reasons)
        assertTrue(other.asked.none { it.startsWith("/v1/proofs") })
        checker(fork, emptyList(), memory).use { again ->
            assertTrue(checkFork(again.fork()!!) > 0uL)
            val verdict = again.checkCarried(fork.text("scan"), Purpose.HOLDER, fork.bytes("proof")).verdict
            assertEquals("fork", verdict.axes.trust)
        }
        listOf(node, other).forEach { it.close() }
    }

    @Test
    fun whatNamesNothingIsAskedOfNobody() = Server.with(ByteArray(1)).use { node ->
        val reasons = listOf(case("scan/patient").text("scan"), "hello", "\uD800", "https://evil.example/x").map { scan ->
            val outcome = checker(active, listOf(node.address)).use { it.check(scan, Purpose.HOLDER) }
            assertIs<Outcome.Answered>(outcome).verdict.reasons.single()
        }
        assertTrue(reasons.all { it.startsWith("identifier.scan.") }, reasons.toString())
        assertTrue(node.asked.isEmpty())
    }

    @Test
    fun aLongerPrefixIsSentWhileItHidesThePack() {
        val serial = parseScan(active.text("scan"), false).readings.single().serial!!
        val whole = (32..56 step 4).toList()
        for ((wanted, most) in listOf(null to whole, 40 to listOf(32, 40), 64 to listOf(32), 31 to listOf(32))) {
            val bits = wanted?.let { ",\"bits\":$it" }.orEmpty()
            Server { it.send(422, "{\"type\":\"proof.bucket-size\"$bits}".encodeToByteArray()) }.use { node ->
                val outcome = checker(active, listOf(node.address), lookup = LookupPolicy.BUCKET_ONLY).use { it.check(active) }
                assertIs<Outcome.NoAnswer>(outcome)
                val asked = node.asked.filter { it.startsWith("/v1/buckets/") }.map { it.split('/', '?') }
                assertEquals(most, asked.map { it[3].toInt() })
                assertTrue(asked.all { it[4].length == it[3].toInt() / 4 })
                assertTrue(node.asked.none { serial in it || "proofs" in it })
            }
        }
    }

    @Test
    fun aMemoryThatCannotBeReadIsAnError() {
        val refused = assertFailsWith<ClientException.Malformed> { checker(active, emptyList(), InMemory(ByteArray(9))) }
        assertTrue(refused.code.startsWith("trust.message."))
    }

    @Test
    fun aFileKeepsTheMemory() {
        val file = createTempDirectory().resolve("memory").toFile()
        assertNull(FileMemory(file).load())
        listOf(ByteArray(3), ByteArray(2)).forEach { FileMemory(file).save(it) }
        assertContentEquals(ByteArray(2), FileMemory(file).load())
        assertEquals(listOf("memory"), file.parentFile.list()!!.toList())
        file.parentFile.deleteRecursively()
    }

    private fun case(name: String) = cases.getValue(name)

    private fun checker(
        case: JsonObject,
        nodes: List<String>,
        memory: Memory = InMemory(),
        lookup: LookupPolicy = LookupPolicy.BUCKET,
    ) =
        Checker(case.bytes("anchor"), nodes, memory, lookup, timeoutMs = 1_000, nowMs = { case.nowMs().toLong() }, order = { it })

    private fun Checker.check(case: JsonObject) = check(case.text("scan"), case.policy().purpose)

    private class InMemory(var saved: ByteArray? = null) : Memory {
        override fun load() = saved

        override fun save(memory: ByteArray) {
            saved = memory
        }
    }
}
