package org.medproof

import java.lang.reflect.Modifier
import java.nio.charset.CharacterCodingException
import kotlin.random.Random
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Whatever is handed over, the answer is a verdict or a typed error. */
class MalformedTest {
    private val random = Random(20_260_101)
    private val honest = Vectors.cases("verify.json").first()
    private val kinds = Vectors.cases("decode.json").map { it.text("type") }.distinct()

    private val messages = Vectors.cases("decode.json").map { it.bytes("bytes") }

    @Test
    fun malformedInputsGiveTypedErrorsOnly() {
        val inputs = List(INPUTS, ::input) + listOf(ByteArray(0), ByteArray(4_000_000))
        val refused = Client(honest.bytes("anchor")).use { client ->
            inputs.sumOf { input -> calls(client, input).count { (_, call) -> isRefused(call) } }
        }
        assertTrue(refused > INPUTS, "$refused calls refused")
        Vectors.report("malformed inputs", inputs.size)
    }

    @Test
    fun everyExportedFunctionIsCalled() {
        val called = Client(honest.bytes("anchor")).use { client -> calls(client, ByteArray(0)).map { it.first }.toSet() }
        val functions = Class.forName("org.medproof.Medproof_mobileKt").declaredMethods.filter {
            Modifier.isPublic(it.modifiers) && !it.isSynthetic && !it.name.startsWith("uniffi") && it.name != "use"
        }
        val methods = ClientInterface::class.java.declaredMethods.toList()
        assertEquals((functions + methods).map { plainName(it.name) }.toSet() + setOf("Client", "resume"), called)
    }

    @Test
    fun memoryStaysFlatWhateverIsRefused() = Client(honest.bytes("anchor")).use { client ->
        val inputs = List(INPUTS, ::input)
        val endless = generateSequence(0) { (it + 1) % INPUTS }.flatMap { calls(client, inputs[it]) }.iterator()
        repeat(CALLS / 2) { isRefused(endless.next().second) }
        val before = residentBytes()
        repeat(CALLS) { isRefused(endless.next().second) }
        val grown = residentBytes() - before
        println("  $CALLS calls of every function: the process grew by ${grown / 1_024} KiB")
        assertTrue(grown < MOST_GROWN_BYTES, "the process grew by $grown bytes")
        Vectors.report("calls of every function with flat memory", CALLS)
    }

    /** Every exported function with these bytes, and with what text they give. */
    private fun calls(client: Client, input: ByteArray): List<Pair<String, () -> Any?>> {
        val text = String(input, if (random.nextBoolean()) Charsets.UTF_16 else Charsets.ISO_8859_1).take(5_000)
        val (anchor, scan, now) = Triple(honest.bytes("anchor"), honest.text("scan"), honest.nowMs())
        val time = random.nextLong().toULong()
        val policy = Policy(Purpose.entries.random(random), Mode.entries.random(random), maxAgeOnlineMs = time)
        return listOf(
            "Client" to { Client(input).close() },
            "resume" to { Client.resume(input, input).close() },
            "resume" to { Client.resume(anchor, input).close() },
            "memory" to { client.memory() },
            "anchor" to { client.anchor() },
            "height" to { client.height() },
            "historySize" to { client.historySize() },
            "fork" to { client.fork() },
            "bucketPrefix" to { client.bucketPrefix(text, time.toUByte()) },
            "bucketPrefix" to { client.bucketPrefix(scan, time.toUByte()) },
            "advance" to { client.advance(input, time) },
            "verify" to { client.verify(text, input, time, policy) },
            "verify" to { client.verify(scan, input, now, policy) },
            "verifyBucket" to { client.verifyBucket(scan, input, now, policy) },
            "verifyBundle" to { client.verifyBundle(scan, input, now, policy) },
            "verifySeller" to { client.verifySeller("shop.example", input, now, policy) },
            "verifySeller" to { client.verifySeller(text, input, now, policy) },
            "verifyMany" to { client.verifyMany(listOf(text, scan), input, now, policy) },
            "verifyRecord" to { client.verifyRecord(input, input, now) },
            "checkFork" to { checkFork(input) },
            "messageFromText" to { messageFromText(text) },
            "parseScan" to { parseScan(text, random.nextBoolean()) },
            "readMessage" to { readMessage(kinds.random(random), input) },
            "readMessage" to { readMessage(text, input) },
        )
    }

    /** Whether it was refused, by a typed error; any other error fails the test. */
    private fun isRefused(call: () -> Any?): Boolean = try {
        call()
        false
    } catch (_: ClientException) {
        true
    } catch (_: CharacterCodingException) {
        true
    }

    /** Functions with unsigned numbers have a suffix on the JVM. */
    private fun plainName(name: String) = name.substringBefore('-')

    private fun input(number: Int): ByteArray = bend(messages[number % messages.size])

    /** Cut, prolonged, with flipped bits, or replaced altogether. */
    private fun bend(message: ByteArray): ByteArray = when (random.nextInt(4)) {
        0 -> message.copyOf(random.nextInt(message.size + 1))
        1 -> message + random.nextBytes(random.nextInt(64))
        2 -> message.copyOf().also { bent ->
            repeat(if (bent.isEmpty()) 0 else 1 + random.nextInt(8)) {
                bent[random.nextInt(bent.size)] = random.nextInt().toByte()
            }
        }
        else -> random.nextBytes(random.nextInt(4_096))
    }

    private companion object {
        const val INPUTS = 1_000
        const val CALLS = 100_000
        const val MOST_GROWN_BYTES = 8L * 1_024 * 1_024
    }
}
